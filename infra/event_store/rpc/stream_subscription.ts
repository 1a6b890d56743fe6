import { type StoredEvent, tombstoneRevision } from "../log/stored_event.ts";
import { type EventStore, pageEvents } from "../projected/event_store.ts";
import type { GrpcCall } from "../grpc/grpc_call.ts";
import { LiveQueue } from "./live_queue.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import type { ReadRequest } from "./read_request.ts";
import { writeCaughtUp, writeConfirmation, writeEventResponse } from "./read_response.ts";
import { streamDeleted } from "./stream_errors.ts";

type StreamSubscriptionOptions = {
  readonly store: EventStore;
  readonly request: ReadRequest;
  readonly stream: string;
  /** A revision: what comes after it. */
  readonly from: number | "start" | "end";
};

/** Sends a stream's events as they are written, until the client has enough or the stream is deleted for ever. */
export async function subscribeToStream(
  call: GrpcCall,
  { store, request, stream, from }: StreamSubscriptionOptions,
): Promise<void> {
  const { resolveLinks, uuidForm } = request;
  const writer = new ProtobufWriter();
  const bounds = await store.readStream(stream, { direction: "backwards", from: 0, limit: 1 });
  if (bounds.state === "deleted") throw streamDeleted(stream);
  let next = from === "start" ? 0 : from === "end" ? bounds.lastRevision + 1 : from + 1;

  function write(event: StoredEvent): void {
    const resolved = resolveLinks ? store.resolve(event) : { event, link: undefined };
    writeEventResponse(writer, { resolved, uuidForm });
  }

  const live = new LiveQueue<StoredEvent>(call, (event) => {
    if (event.revision < next) return true;
    next = event.revision + 1;
    write(event);
    const hasRoom = call.write(writer.take());
    if (event.revision === tombstoneRevision) live.fail(streamDeleted(stream));
    return hasRoom;
  });

  async function catchUp(): Promise<void> {
    for (;;) {
      live.forget();
      const page = await store.readStream(stream, {
        direction: "forwards",
        from: next,
        limit: pageEvents,
      });
      if (page.state === "deleted") throw streamDeleted(stream);
      for (const event of page.events) write(event);
      if (page.events.length > 0) next = page.next;
      if (writer.length > 0 && !call.write(writer.take())) await call.drained();
      if (page.last && !live.missed) return;
    }
  }

  const stopWatching = store.live.watchStream(stream, (event) => live.add(event));
  try {
    writeConfirmation(writer, crypto.randomUUID());
    for (;;) {
      await catchUp();
      writeCaughtUp(writer, { revision: next - 1, at: store.now() });
      call.write(writer.take());
      await live.run();
    }
  } finally {
    stopWatching();
  }
}
