import type { StoredEvent } from "../log/stored_event.ts";
import type { CommitView } from "../streams/commit_view.ts";
import { type EventStore, pageEvents } from "../projected/event_store.ts";
import type { GrpcCall } from "../grpc/grpc_call.ts";
import { LiveQueue } from "./live_queue.ts";
import { ProtobufWriter } from "../grpc/protobuf_writer.ts";
import type { ReadRequest } from "./read_request.ts";
import {
  writeCaughtUp,
  writeCheckpoint,
  writeConfirmation,
  writeEventResponse,
} from "./read_response.ts";
import { invalidSubscriptionPosition } from "./stream_errors.ts";

type AllSubscriptionOptions = {
  readonly store: EventStore;
  readonly request: ReadRequest;
  /** What comes after it; undefined: it lies between two events. */
  readonly position: number | undefined;
};

/** Sends the whole log's events as they are written, or those of a filter with checkpoints between them. */
export async function subscribeToAll(
  call: GrpcCall,
  { store, request, position: after }: AllSubscriptionOptions,
): Promise<void> {
  const { resolveLinks, uuidForm } = request;
  const { filter, checkpointInterval = Infinity } = request.filter ?? {};
  const writer = new ProtobufWriter();
  writeConfirmation(writer, crypto.randomUUID());
  if (after === undefined) {
    call.write(writer.take());
    throw invalidSubscriptionPosition();
  }
  /** Everything up to here was looked at. */
  let position = Math.min(after, store.head);
  /** Told last, or known to who asked. */
  let checkpoint = position;
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
    writeCheckpoint(writer, { position, at: store.now() });
  }

  /** Checkpoints stand where they would if each event had been looked at by itself. */
  function look(
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

  function takeLive(commit: CommitView): void {
    const visible = position < commit.first
      ? commit.visible
      : commit.visible.filter((event) => event.position > position);
    const chosen = filter && commit.chosenBy(filter);
    if (!chosen) visible.forEach(write);
    else if (chosen.length > 0) {
      const events = chosen.filter((event) => event.position > position);
      look({ events, considered: visible.map((event) => event.position) });
    } else {
      passOver(visible);
    }
    position = Math.max(position, commit.last);
  }

  /** The same for events none of which is wanted, which is what most commits are to most subscriptions. */
  function passOver(visible: readonly StoredEvent[]): void {
    let left = visible.length;
    while (consideredSinceCheckpoint + left >= checkpointInterval) {
      left -= checkpointInterval - consideredSinceCheckpoint;
      position = visible[visible.length - left - 1]!.position;
      tellCheckpoint();
    }
    consideredSinceCheckpoint += left;
  }

  const live = new LiveQueue<CommitView>(call, (commit) => {
    takeLive(commit);
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
      if (filter) look(page);
      else page.events.forEach(write);
      position = page.next - 1;
      if (writer.length > 0 && !call.write(writer.take())) await call.drained();
      if (page.last && !live.missed) return;
    }
  }

  const stopWatching = store.live.watchAll((_events, commit) => live.add(commit));
  try {
    for (;;) {
      await catchUp();
      if (filter) tellCheckpoint();
      writeCaughtUp(writer, { position, at: store.now() });
      call.write(writer.take());
      await live.run();
    }
  } finally {
    stopWatching();
  }
}
