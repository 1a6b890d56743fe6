import { eventLog, type Log, type Recorded, type time, Unavailable } from "@headwater/core";
import type { EventStoreConnection } from "./event_store_connection.ts";
import { UnknownPosition } from "./event_store_failure.ts";
import { MessageFeed } from "./message_feed.ts";
import type { FeedMessage } from "./read_answer.ts";
import type { LogIdentity } from "./log_identity.ts";
import type { PageCall, PageReader } from "./page_reader.ts";
import { allPageRequest, headRequest, subscriptionRequest } from "./read_request.ts";
import { isSystemEvent, type LogEvent, toLean, toRecorded } from "./recorded_event.ts";
import {
  type ConnectionAttempt,
  type FoundLog,
  messageOf,
  type SubscriptionMessage,
  SupervisedSubscription,
} from "./supervised_subscription.ts";
import type { SubscriptionStatus } from "./subscription_status.ts";
import { TailWatch } from "./tail_watch.ts";

/** What an event log on a connection needs of the world. */
export type EventStoreLogParts = {
  readonly connection: EventStoreConnection;
  readonly clock: time.Clock;
  readonly random: () => number;
  readonly now: () => Date;
  readonly logger: Log;
  /** For each call to the server. */
  readonly deadlineMs: number;
};

export type LogFollowerParts = EventStoreLogParts & {
  readonly pages: PageReader;
  readonly identity: LogIdentity;
  /** Ends all of it. */
  readonly closed: AbortSignal;
};

type Scope = Pick<eventLog.ReadAllOptions, "after" | "categories"> & {
  readonly isBulk?: boolean | undefined;
};

const tailEvents = 512;

/** Reads the log in its order, to its end or for ever. */
export class LogFollower {
  readonly #parts: LogFollowerParts;
  readonly #watch: TailWatch;
  readonly #subscriptions = new Set<SupervisedSubscription>();

  constructor(parts: LogFollowerParts) {
    this.#parts = parts;
    this.#watch = new TailWatch({
      clock: parts.clock,
      read: async (from) => {
        const request = allPageRequest(from, { count: tailEvents });
        const { events, whole } = await parts.pages.read(request, {
          action: "Cannot look at the end of the event log",
          signal: parts.closed,
        });
        return { events, last: whole && events.length < tailEvents };
      },
    });
  }

  get subscriptions(): readonly SubscriptionStatus[] {
    return [...this.#subscriptions].map(({ status }) => status);
  }

  /** Notes that there is an event at a position. */
  saw(position: number): void {
    this.#watch.saw(position);
  }

  async *follow(
    { after, categories, isBulk, signal }: eventLog.SubscribeOptions,
  ): AsyncGenerator<eventLog.EventBatch, void, undefined> {
    const { clock, random, now, logger, closed, identity } = this.#parts;
    let attempts = 0;
    const subscription = new SupervisedSubscription({
      after,
      categories,
      connect: (from) => {
        if (attempts++ > 0) identity.forget();
        return this.#attempt({ after: from, categories, isBulk });
      },
      find: (from) => this.#find(from),
      wants: wantsOf(categories),
      watch: this.#watch,
      clock,
      random,
      now,
      logger,
      signal: AbortSignal.any([signal, closed]),
    });
    this.#subscriptions.add(subscription);
    try {
      yield* subscription.batches();
    } finally {
      this.#subscriptions.delete(subscription);
    }
  }

  async #find(after: eventLog.LogMark | number | undefined): Promise<FoundLog> {
    const log = await this.#parts.identity.get();
    const position = eventLog.positionOf(after);
    if (after === undefined || position === undefined) return { log, id: undefined };
    const found = await this.#firstFrom(position);
    const there = found?.position === position ? found : undefined;
    try {
      // Who knows no event may have been told of a position where there was none to be seen
      eventLog.requireRead(after, { log, id: (typeof after === "number" ? found : there)?.id });
    } catch (error) {
      this.#watch.forget();
      throw error;
    }
    return { log, id: there && !isSystemEvent(there) ? there.id : undefined };
  }

  /** The event at a position, or the next one; undefined: the log has neither, or no such position. */
  async #firstFrom(position: number): Promise<LogEvent | undefined> {
    try {
      const { events: [first] } = await this.#parts.pages.read(
        allPageRequest(position, { count: 1 }),
        {
          action: `Cannot look at position ${position} of the event log`,
          signal: this.#parts.closed,
        },
      );
      return first;
    } catch (error) {
      if (error instanceof UnknownPosition) return undefined;
      throw error;
    }
  }

  /** Position of the last event; undefined: there is none. */
  async head({ action, signal }: PageCall): Promise<number | undefined> {
    const { events: [last] } = await this.#parts.pages.read(headRequest(), { action, signal });
    if (last) this.#watch.ask(last.position);
    return last?.position;
  }

  /** Pages of the events up to the head as it is now. */
  async *upToNow(
    { after = -1, categories, limit = Infinity, signal }: eventLog.ReadAllOptions,
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const until = await this.head({ action: "Cannot read the event log", signal });
    if (until === undefined) return;
    let position = after;
    let left = limit;
    let isAstray = false;
    while (left > 0 && position < until) {
      const from = isAstray || position === -1 ? undefined : position;
      try {
        for await (const messages of this.#messages({ after: from, categories, signal })) {
          const page: Recorded[] = [];
          for (const message of messages) {
            const reached = message.kind === "caught-up" ? until : positionOf(message);
            if (reached <= position) continue;
            const recorded = reached <= until && shown(message, { categories });
            if (recorded && page.length < left) page.push(recorded);
            position = reached;
          }
          left -= page.length;
          if (page.length > 0) yield page;
          if (left === 0 || position >= until) return;
        }
      } catch (error) {
        if (!(error instanceof UnknownPosition) || isAstray) throw error;
        isAstray = true;
      }
    }
  }

  /** Pages of the events from the head as it is now back to the first, or of those before a position. */
  async *back(
    { after = Infinity, categories, limit = Infinity, signal }: eventLog.ReadAllOptions,
  ): AsyncGenerator<readonly Recorded[], void, undefined> {
    const action = "Cannot read the event log";
    let from = Number.isFinite(after) ? after : undefined;
    let left = limit;
    while (left > 0) {
      const request = allPageRequest(from, { direction: "backwards", count: tailEvents });
      let page;
      try {
        page = await this.#parts.pages.read(request, { action, signal });
      } catch (error) {
        // Where no event is, not the last one that was read
        if (!(error instanceof UnknownPosition) || from !== after) throw error;
        from = undefined;
        continue;
      }
      const before = from ?? after;
      const events = page.events.filter(({ position }) => position < before)
        .flatMap((event) => shown({ kind: "event", event }, { categories }) ?? []).slice(0, left);
      left -= events.length;
      if (events.length > 0) yield events;
      if (page.whole && page.events.length < tailEvents) return;
      from = page.events.at(-1)!.position;
    }
  }

  stop(): Promise<void> {
    return this.#watch.stop();
  }

  /**
   * A subscription, which is left where its reader has enough: only to subscribers does the server tell how far it has
   * looked, so that a long search can be told from silence.
   */
  async *#messages(
    scope: Scope & { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<readonly FeedMessage[], void, undefined> {
    const feed = this.#feed(scope);
    try {
      for (;;) {
        const messages = await feed.take(this.#parts.deadlineMs);
        if (!messages) throw new Unavailable("Cannot read the event log: the server stopped");
        yield messages;
      }
    } finally {
      feed.close();
    }
  }

  #attempt(scope: Scope): ConnectionAttempt {
    const feed = this.#feed(scope);
    return {
      async take(withinMs) {
        const messages = await feed.take(withinMs);
        if (!messages) {
          throw new Unavailable("Cannot follow the event log: the server ended the subscription");
        }
        return messages.map((message) => subscriptionMessage(message, scope));
      },
      fail: (reason) => feed.fail(reason),
    };
  }

  #feed(
    { after, categories, signal }: Scope & { readonly signal?: AbortSignal | undefined },
  ): MessageFeed {
    const { connection, clock, closed } = this.#parts;
    return new MessageFeed({
      connection,
      request: subscriptionRequest(after, categories),
      action: "Cannot read the event log",
      clock,
      signal: signal ? AbortSignal.any([signal, closed]) : closed,
    });
  }
}

function subscriptionMessage(message: FeedMessage, scope: Scope): SubscriptionMessage {
  if (message.kind !== "event") return message;
  return { ...messageOf(message.event), event: shown(message, scope) };
}

function positionOf(message: Exclude<FeedMessage, { readonly kind: "caught-up" }>): number {
  return message.kind === "event" ? message.event.position : message.position;
}

/** The server chooses by how names begin: `a-b-1` begins with `a-b-`, yet its category is `a`. */
function shown(
  message: FeedMessage,
  { categories, isBulk = false }: Pick<Scope, "categories" | "isBulk">,
): Recorded | undefined {
  if (message.kind !== "event") return undefined;
  const { event } = message;
  if (categories && !categories.includes(eventLog.categoryOf(event.stream))) return undefined;
  return isBulk ? toLean(event) : toRecorded(event);
}

function wantsOf(categories: readonly string[] | undefined): (stream: string) => boolean {
  if (!categories) return (stream) => !stream.startsWith("$");
  const prefixes = categories.map((category) => `${category}-`);
  return (stream) => prefixes.some((prefix) => stream.startsWith(prefix));
}
