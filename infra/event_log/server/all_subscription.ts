import type { StoredEvent } from "../stored_event.ts";
import { isHidden } from "./event_filter.ts";
import { type EventStore, pageEvents } from "./event_store.ts";
import type { GrpcCall } from "./grpc_call.ts";
import { LiveQueue } from "./live_queue.ts";
import { ProtobufWriter } from "./protobuf_writer.ts";
import type { ReadRequest } from "./read_request.ts";
import {
  writeCaughtUp,
  writeCheckpoint,
  writeConfirmation,
  writeEventResponse,
} from "./read_response.ts";

type AllSubscriptionOptions = {
  readonly store: EventStore;
  readonly request: ReadRequest;
  /** What comes after it. */
  readonly position: number;
};

/** Sends the whole log's events as they are written, or those of a filter with checkpoints between them. */
export async function subscribeToAll(
  call: GrpcCall,
  { store, request, position: after }: AllSubscriptionOptions,
): Promise<void> {
  const { resolveLinks, uuidForm } = request;
  const { filter, checkpointInterval = Infinity } = request.filter ?? {};
  const writer = new ProtobufWriter();
  /** Everything up to here was looked at. */
  let position = Math.min(after, store.head);
  let checkpoint = after === Infinity ? -1 : position;
  let consideredSinceCheckpoint = 0;

  function write(event: StoredEvent): void {
    const resolved = resolveLinks ? store.resolve(event) : { event, link: undefined };
    writeEventResponse(writer, { resolved, uuidForm });
  }

  /** Duplicates are suppressed. */
  function tellCheckpoint(): void {
    consideredSinceCheckpoint = 0;
    if (position <= checkpoint) return;
    checkpoint = position;
    writeCheckpoint(writer, position);
  }

  function consider(event: StoredEvent): void {
    if (event.position <= position) return;
    position = event.position;
    if (isHidden(event.stream)) return;
    if (!filter) return write(event);
    if (filter.matches(filter.by === "stream" ? event.stream : event.type)) write(event);
    if (++consideredSinceCheckpoint >= checkpointInterval) tellCheckpoint();
  }

  const live = new LiveQueue<readonly StoredEvent[]>(call, (events) => {
    events.forEach(consider);
    return writer.length === 0 || call.write(writer.take());
  });

  async function catchUp(): Promise<void> {
    for (;;) {
      live.forget();
      const page = await store.readAll({
        direction: "forwards",
        from: position + 1,
        limit: pageEvents,
        filter,
      });
      if (filter) takeFiltered(page);
      else page.events.forEach(write);
      position = page.next - 1;
      if (writer.length > 0 && !call.write(writer.take())) await call.drained();
      if (page.last && !live.missed) return;
    }
  }

  /** Checkpoints stand where they would if each event had been looked at by itself. */
  function takeFiltered(
    { events, considered }: {
      readonly events: readonly StoredEvent[];
      readonly considered: readonly number[];
    },
  ): void {
    let at = 0;
    for (const seen of considered) {
      position = seen;
      if (events[at]?.position === seen) write(events[at++]!);
      if (++consideredSinceCheckpoint >= checkpointInterval) tellCheckpoint();
    }
  }

  const stopWatching = store.live.watchAll((events) => live.add(events));
  try {
    writeConfirmation(writer, crypto.randomUUID());
    for (;;) {
      await catchUp();
      if (filter) tellCheckpoint();
      writeCaughtUp(writer);
      call.write(writer.take());
      await live.run();
    }
  } finally {
    stopWatching();
  }
}
