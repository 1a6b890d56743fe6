import { eventLog, type Log, machine, type Recorded, time } from "@headwater/core";
import { EventOutbox } from "./event_outbox.ts";
import { isSystemEvent, type LogEvent } from "./recorded_event.ts";
import type { SubscriptionStatus } from "./subscription_status.ts";
import type { Follower, TailWatch } from "./tail_watch.ts";

/** What one connection brings, in order. */
export type SubscriptionMessage =
  | {
    readonly kind: "event";
    readonly position: number;
    /** Undefined: the server may remove it. */
    readonly id: string | undefined;
    /** Undefined where the port shows none. */
    readonly event: Recorded | undefined;
  }
  | { readonly kind: "checkpoint"; readonly position: number }
  | { readonly kind: "caught-up" };

/** One try at following the log. Its first failure is the one that counts. */
export type ConnectionAttempt = {
  /**
   * What has come since the last time, once there is something; rejects with the failure, or when there was nothing
   * `withinMs`.
   */
  take(withinMs: number): Promise<readonly SubscriptionMessage[]>;
  /** Ends it: never fails, and is done at once. */
  fail(reason: unknown): void;
};

/** Which log it is, and the event at a position; undefined: there is none that can be remembered. */
export type FoundLog = { readonly log: string; readonly id: string | undefined };

export type SupervisorOptions = {
  readonly after: eventLog.LogMark | number | undefined;
  readonly categories: readonly string[] | undefined;
  /** Undefined: from the start. */
  readonly connect: (after: number | undefined) => ConnectionAttempt;
  /** Rejects with `ForeignPosition` where that was not read in this log. */
  readonly find: (after: eventLog.LogMark | number | undefined) => Promise<FoundLog>;
  /** True for streams whose events `connect` asks for. */
  readonly wants: (stream: string) => boolean;
  readonly watch: Pick<TailWatch, "head" | "saw" | "follow">;
  readonly clock: time.Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly now: () => Date;
  readonly logger: Log;
  /** Ends it quietly. */
  readonly signal: AbortSignal;
};

/** While a subscription catches up the server always has something to send; a connection takes no longer either. */
const silenceMs = 10_000;

/** While it catches up past events that nobody wants, a subscription looks where it is, and tells, so often. */
const marksMs = 2_000;

/**
 * Follows the log for ever: one attempt after the other, each going on behind the last event that is known, which must
 * be there: the server may have another log by then. What an attempt would bring after its failure is not taken any
 * more, and what was seen before is dropped.
 */
export class SupervisedSubscription {
  readonly #options: SupervisorOptions;
  readonly #outbox: EventOutbox;
  readonly #ended: AbortController = new AbortController();
  #attempt: ConnectionAttempt | undefined;
  #status: Pick<SubscriptionStatus, "state" | "since" | "cause">;
  /** Identity of the log. */
  #log = "";
  /** As far as the attempt has come. */
  #cursor: number | undefined;
  #isLive = false;
  #waitingSince: number | undefined;
  #announcedAt: number;

  constructor(options: SupervisorOptions) {
    this.#announcedAt = options.clock.now();
    this.#options = options;
    this.#outbox = new EventOutbox(options.after);
    this.#status = { state: "catching-up", since: options.now().toISOString(), cause: undefined };
  }

  get status(): SubscriptionStatus {
    const { categories } = this.#options;
    return { categories, ...this.#status, position: this.#outbox.position };
  }

  /** To be read once. Errors: `ForeignPosition`. */
  async *batches(): AsyncGenerator<eventLog.EventBatch, void, undefined> {
    const { signal } = this.#options;
    const end = () => this.#end();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
    const supervising = this.#supervise();
    try {
      for (;;) {
        const batch = await this.#outbox.take();
        if (!batch) return;
        yield batch;
      }
    } finally {
      signal.removeEventListener("abort", end);
      end();
      await supervising;
    }
  }

  #end(): void {
    this.#ended.abort();
    this.#outbox.close();
    this.#attempt?.fail(new Error("The subscription has ended"));
  }

  async #supervise(): Promise<void> {
    const { clock, random } = this.#options;
    const { signal } = this.#ended;
    for (let failures = 1; !signal.aborted; failures++) {
      const before = this.#outbox.position;
      const after = this.#outbox.mark ?? before;
      const attempt = this.#options.connect(eventLog.positionOf(after));
      this.#attempt = attempt;
      try {
        await this.#find(after);
        await this.#follow(attempt);
      } catch (error) {
        attempt.fail(error);
        if (signal.aborted) return;
        if (error instanceof eventLog.ForeignPosition) return this.#outbox.fail(error);
        this.#failed(error);
      }
      if (this.#outbox.position !== before) failures = 1;
      await time.pause(time.backOffMs(failures, { random }), { clock, signal });
    }
  }

  async #find(after: eventLog.LogMark | number | undefined): Promise<void> {
    const { log, id } = await this.#options.find(after);
    this.#log = log;
    this.#cursor = eventLog.positionOf(after);
    this.#know(this.#cursor, id);
  }

  /** Rejects in the end. */
  async #follow(attempt: ConnectionAttempt): Promise<void> {
    const { clock, watch } = this.#options;
    this.#isLive = false;
    let unwatch: (() => void) | undefined;
    try {
      for (;;) {
        this.#waitingSince = clock.now();
        const messages = await attempt.take(this.#isLive ? Infinity : silenceMs);
        this.#waitingSince = undefined;
        if (this.#ended.signal.aborted) return;
        this.#heard();
        for (const message of messages) this.#accept(message);
        if (this.#isSearching && this.#isDue) await this.#find(this.#cursor);
        this.#announce();
        if (this.#isLive) unwatch ??= watch.follow(this.#follower(attempt));
        await this.#outbox.room();
      }
    } finally {
      this.#waitingSince = undefined;
      unwatch?.();
    }
  }

  #accept(message: SubscriptionMessage): void {
    if (message.kind === "caught-up") {
      this.#isLive = true;
      this.#enter("live");
      return;
    }
    const { position } = message;
    if (position < (this.#cursor ?? 0)) return;
    if (message.kind === "event") this.#know(position, message.id);
    if (position === this.#cursor) return;
    this.#cursor = position;
    this.#outbox.add(position, message.kind === "event" ? message.event : undefined);
    this.#options.watch.saw(position);
  }

  #know(position: number | undefined, id: string | undefined): void {
    const isKnown = this.#outbox.mark?.position === position;
    if (isKnown || position === undefined || id === undefined) return;
    this.#outbox.mark = { log: this.#log, position, id };
  }

  /** It has found nothing for its consumer yet. */
  get #isSearching(): boolean {
    return !this.#isLive && this.#outbox.isEmpty;
  }

  get #isDue(): boolean {
    return this.#options.clock.now() - this.#announcedAt >= marksMs;
  }

  #announce(): void {
    if (this.#isSearching && !this.#isDue) return;
    this.#announcedAt = this.#options.clock.now();
    const isAtEnd = (this.#cursor ?? -1) >= (this.#options.watch.head ?? -1);
    this.#outbox.announce(this.#isLive && isAtEnd);
  }

  #follower(attempt: ConnectionAttempt): Follower {
    const position = () => this.#cursor;
    const waitingSince = () => this.#waitingSince;
    return {
      get position() {
        return position();
      },
      get waitingSince() {
        return waitingSince();
      },
      wants: this.#options.wants,
      advance: (event) => {
        this.#accept({ ...messageOf(event), event: undefined });
        this.#announce();
      },
      fail: (error) => attempt.fail(error),
    };
  }

  #heard(): void {
    if (this.#status.state !== "reconnecting") return;
    const { categories, logger } = this.#options;
    logger.info("Following the event log again", { categories, position: this.#outbox.position });
    this.#enter("catching-up");
  }

  #failed(error: unknown): void {
    const { categories, logger } = this.#options;
    const cause = machine.messageOf(error);
    const fields = { categories, position: this.#outbox.position, error };
    if (this.#status.state !== "reconnecting") {
      logger.warn("Lost the event log, connecting again", fields);
      this.#enter("reconnecting", cause);
    } else {
      logger.debug("Cannot connect to the event log yet", fields);
      this.#status = { ...this.#status, cause };
    }
  }

  #enter(state: SubscriptionStatus["state"], cause?: string): void {
    if (this.#status.state === state) return;
    this.#status = { state, since: this.#options.now().toISOString(), cause };
  }
}

/** An event without what it says. */
export function messageOf(event: Pick<LogEvent, "position" | "id" | "stream" | "type">) {
  const id = isSystemEvent(event) ? undefined : event.id;
  return { kind: "event", position: event.position, id } as const;
}
