import { subscribeToAll } from "./all_subscription.ts";
import { type EventStore, pageEvents } from "../projected/event_store.ts";
import type { GrpcCall, Rpc } from "../grpc/grpc_call.ts";
import { GrpcError, grpcStatus } from "../grpc/grpc_status.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import { readReadRequest, type ReadRequest, type WirePosition } from "./read_request.ts";
import { writeEventResponse, writeStreamBound, writeStreamNotFound } from "./read_response.ts";
import { invalidArgument, invalidPosition, streamDeleted } from "./stream_errors.ts";
import type { StreamPage } from "../streams/stream_reader.ts";
import { subscribeToStream } from "./stream_subscription.ts";

/** So many revisions the original looks through at a time. */
const originalPage = 32;

/** `Streams.Read`: reads and subscriptions. */
export function streamsRead(store: EventStore): Rpc {
  return async (call) => {
    const request = readReadRequest(await call.first());
    const { source, count } = request;
    if ("stream" in source) {
      requireStreamName(source.stream);
      if (count === undefined) return await subscribeToStream(call, { store, request, ...source });
      return await readStream(call, { store, request, count, ...source });
    }
    const position = positionOf(source.from);
    if (count === undefined) return await subscribeToAll(call, { store, request, position });
    if (position === undefined) throw invalidPosition();
    return await readAll(call, { store, request, count, position });
  };
}

type Task = { readonly store: EventStore; readonly request: ReadRequest; readonly count: number };

async function readStream(
  call: GrpcCall,
  { store, request, count, stream, from }: Task & {
    readonly stream: string;
    readonly from: number | "start" | "end";
  },
): Promise<void> {
  const { direction, resolveLinks, uuidForm, tellsStreamBounds } = request;
  const writer = new ProtobufWriter();
  let next = from === "start" ? 0 : from === "end" ? Infinity : from;
  let left = count;
  let begins = tellsStreamBounds && direction === "forwards" && from !== "end";
  while (left > 0) {
    const limit = Math.min(left, pageEvents);
    const page = await store.readStream(stream, { direction, from: next, limit });
    if (page.state === "deleted") throw streamDeleted(stream);
    if (page.state === "missing") {
      writeStreamNotFound(writer, stream);
      call.write(writer.take());
      return;
    }
    if (begins) writeBeginning(writer, { page, from: next, count: left });
    begins = false;
    for (const event of page.events) {
      const resolved = resolveLinks ? store.resolve(event) : { event, link: undefined };
      writeEventResponse(writer, { resolved, uuidForm });
    }
    left -= page.events.length;
    next = page.next;
    const ends = left <= 0 || page.last || next < 0;
    if (ends && tellsStreamBounds) {
      writeStreamBound(writer, { bound: "last", revision: page.lastRevision });
    }
    if (writer.length > 0 && !call.write(writer.take())) await call.drained();
    if (ends) return;
  }
}

/** Says where the stream begins, if nothing can be read of what the original looks through first. */
function writeBeginning(
  writer: ProtobufWriter,
  { page, from, count }: {
    readonly page: StreamPage;
    readonly from: number;
    readonly count: number;
  },
): void {
  const { events: [first], lastRevision } = page;
  const revision = first?.revision ?? lastRevision + 1;
  const isPassedOver = first ? revision >= from + Math.min(count, originalPage) : revision !== from;
  if (isPassedOver) writeStreamBound(writer, { bound: "first", revision });
}

async function readAll(
  call: GrpcCall,
  { store, request, count, position }: Task & { readonly position: number },
): Promise<void> {
  const { direction, resolveLinks, uuidForm, filter: options } = request;
  const filter = options?.filter;
  const writer = new ProtobufWriter();
  let next = position;
  let left = count;
  while (left > 0) {
    const limit = Math.min(left, pageEvents);
    const page = await store.readAll({ direction, from: next, limit, filter });
    for (const event of page.events) {
      const resolved = resolveLinks ? store.resolve(event) : { event, link: undefined };
      writeEventResponse(writer, { resolved, uuidForm });
    }
    left -= page.events.length;
    next = page.next;
    if (writer.length > 0 && !call.write(writer.take())) await call.drained();
    if (page.last) return;
  }
}

function requireStreamName(stream: string): void {
  if (stream === "") {
    const message = "Exception was thrown by handler.";
    throw new GrpcError({ code: grpcStatus.unknown, message });
  }
  if (stream.includes("\0")) throw invalidArgument("the stream's name contains U+0000");
}

/** Undefined: no event's. Every whole number up to the head is one, so only two unequal ones are between events. */
function positionOf(from: WirePosition | "start" | "end"): number | undefined {
  if (from === "start") return 0;
  if (from === "end") return Infinity;
  return from.commit === from.prepare ? from.commit : undefined;
}
