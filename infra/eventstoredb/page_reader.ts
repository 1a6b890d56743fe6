import type streams from "@eventstore/db-client/generated/streams_pb.js";
import { DeadlineExceeded, machine, type time } from "@headwater/core";
import { atLeader } from "./at_leader.ts";
import type { EventStoreConnection } from "./event_store_connection.ts";
import { MessageFeed } from "./message_feed.ts";
import type { LogEvent } from "./recorded_event.ts";

export type PageReaderOptions = {
  readonly connection: EventStoreConnection;
  readonly clock: time.Clock;
  readonly deadlineMs: number;
};

export type PageCall = {
  /** What errors say cannot be done. */
  readonly action: string;
  readonly signal?: AbortSignal | undefined;
};

export type Page = {
  readonly events: readonly LogEvent[];
  /** True when the server had no more that was asked for. */
  readonly whole: boolean;
};

/** Calls under way at a time; further ones wait for their turn. */
const maxCalls = 32;
/** A page of large events is cut off here. */
const maxPageBytes = 8 * 1024 * 1024;

/** Reads pages: short calls, each with a deadline, of which only so many are under way at a time. */
export class PageReader {
  readonly #options: PageReaderOptions;
  readonly #places = new machine.Places(maxCalls);

  constructor(options: PageReaderOptions) {
    this.#options = options;
  }

  /** Errors: `DeadlineExceeded`, `Unavailable`, `UnknownPosition`, `StreamDeleted`, the signal's reason. */
  read(request: streams.ReadReq, { action, signal }: PageCall): Promise<Page> {
    return this.#places.take(() =>
      atLeader(this.#options.clock, () => this.#read(request, { action, signal }))
    );
  }

  async #read(request: streams.ReadReq, { action, signal }: PageCall): Promise<Page> {
    const { connection, clock, deadlineMs } = this.#options;
    const until = clock.now() + deadlineMs;
    const feed = new MessageFeed({
      connection,
      request,
      action,
      clock,
      ...(signal && { signal }),
    });
    const events: LogEvent[] = [];
    let bytes = 0;
    try {
      while (bytes < maxPageBytes) {
        const leftMs = until - clock.now();
        if (leftMs <= 0) {
          throw new DeadlineExceeded(`${action}: no whole answer within ${deadlineMs} ms`);
        }
        const messages = await feed.take(leftMs);
        if (!messages) return { events, whole: true };
        for (const message of messages) {
          if (message.kind !== "event") continue;
          events.push(message.event);
          bytes += message.event.bytes;
        }
      }
      return { events, whole: false };
    } finally {
      feed.close();
    }
  }
}
