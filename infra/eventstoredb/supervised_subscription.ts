import { eventLog, type Log, type Recorded, time } from "@headwater/core";
import { EventOutbox } from "./event_outbox.ts";
import { UnknownPosition } from "./event_store_failure.ts";
import type { SubscriptionStatus } from "./subscription_status.ts";
import type { Follower, TailWatch } from "./tail_watch.ts";

/** What one connection brings, in order. */
export type SubscriptionMessage =
  /** `event` is undefined where the port shows none. */
  | { readonly kind: "event"; readonly position: number; readonly event: Recorded | undefined }
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

export type SupervisorOptions = {
  readonly after: number | undefined;
  readonly categories: readonly string[] | undefined;
  /** Undefined: from the start. */
  readonly connect: (after: number | undefined) => ConnectionAttempt;
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

/** While it catches up past events that nobody wants, a subscription tells how far it is so often. */
const marksMs = 2_000;

/**
 * Follows the log for ever: one attempt after the other, each going on behind the last position that was seen. What an
 * attempt would bring after its failure is not taken any more, and what was seen before is dropped.
 */
export class SupervisedSubscription {
  readonly #options: SupervisorOptions;
  readonly #outbox: EventOutbox;
  readonly #ended: AbortController = new AbortController();
  #attempt: ConnectionAttempt | undefined;
  #status: Pick<SubscriptionStatus, "state" | "since" | "cause">;
  /** The position to start after is none of this log's: everything is read, and what is not beyond it is dropped. */
  #isAstray = false;
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

  /** To be read once. Errors: `LogEndsBefore`. */
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
      const attempt = this.#options.connect(this.#isAstray ? undefined : this.#outbox.position);
      this.#attempt = attempt;
      const before = this.#outbox.position;
      try {
        await this.#follow(attempt);
      } catch (error) {
        attempt.fail(error);
        if (signal.aborted) return;
        this.#failed(error);
      }
      if (this.#outbox.position !== before) failures = 1;
      await time.pause(time.backOffMs(failures, { random }), { clock, signal });
    }
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
        this.#announce();
        if (this.#isLive && !this.#isAstray) unwatch ??= watch.follow(this.#follower(attempt));
        await this.#outbox.room();
      }
    } finally {
      this.#waitingSince = undefined;
      unwatch?.();
    }
  }

  #accept(message: SubscriptionMessage): void {
    if (message.kind === "caught-up") {
      if (this.#isAstray) {
        return this.#outbox.fail(new eventLog.LogEndsBefore(this.#outbox.position!));
      }
      this.#isLive = true;
      this.#enter("live");
      return;
    }
    if (message.position <= (this.#outbox.position ?? -1)) return;
    this.#isAstray = false;
    this.#outbox.add(message.position, message.kind === "event" ? message.event : undefined);
    this.#options.watch.saw(message.position);
  }

  #announce(): void {
    const { position, isEmpty } = this.#outbox;
    const now = this.#options.clock.now();
    if (!this.#isLive && isEmpty && now - this.#announcedAt < marksMs) return;
    this.#announcedAt = now;
    this.#outbox.announce(this.#isLive && (position ?? -1) >= (this.#options.watch.head ?? -1));
  }

  #follower(attempt: ConnectionAttempt): Follower {
    const position = () => this.#outbox.position;
    const waitingSince = () => this.#waitingSince;
    return {
      get position() {
        return position();
      },
      get waitingSince() {
        return waitingSince();
      },
      wants: this.#options.wants,
      advance: (position) => {
        this.#accept({ kind: "checkpoint", position });
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
    if (error instanceof UnknownPosition) this.#isAstray = true;
    const cause = error instanceof Error ? error.message : String(error);
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
