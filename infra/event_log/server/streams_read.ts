import { subscribeToAll } from "./all_subscription.ts";
import { type EventStore, pageEvents } from "./event_store.ts";
import type { GrpcCall, Rpc } from "./grpc_call.ts";
import { GrpcError, grpcStatus } from "./grpc_status.ts";
import { ProtobufWriter } from "./protobuf_writer.ts";
import { readReadRequest, type ReadRequest, type WirePosition } from "./read_request.ts";
import { writeEventResponse, writeStreamNotFound } from "./read_response.ts";
import { invalidArgument, invalidPosition, streamDeleted } from "./stream_errors.ts";
import { subscribeToStream } from "./stream_subscription.ts";

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
  const { direction, resolveLinks, uuidForm } = request;
  const writer = new ProtobufWriter();
  let next = from === "start" ? 0 : from === "end" ? Infinity : from;
  let left = count;
  while (left > 0) {
    const limit = Math.min(left, pageEvents);
    const page = await store.readStream(stream, { direction, from: next, limit });
    if (page.state === "deleted") throw streamDeleted(stream);
    if (page.state === "missing") {
      writeStreamNotFound(writer, stream);
      call.write(writer.take());
      return;
    }
    for (const event of page.events) {
      const resolved = resolveLinks ? store.resolve(event) : { event, link: undefined };
      writeEventResponse(writer, { resolved, uuidForm });
    }
    left -= page.events.length;
    next = page.next;
    if (writer.length > 0 && !call.write(writer.take())) await call.drained();
    if (page.last || next < 0) return;
  }
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

/** Every whole number up to the head is the position of an event, so only two unequal ones are between events. */
function positionOf(from: WirePosition | "start" | "end"): number {
  if (from === "start") return 0;
  if (from === "end") return Infinity;
  if (from.commit !== from.prepare) throw invalidPosition();
  return from.commit;
}
