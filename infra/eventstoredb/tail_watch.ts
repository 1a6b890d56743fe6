import { machine, type time, Unavailable } from "@headwater/core";
import { isSystemEvent, type LogEvent } from "./recorded_event.ts";

/** A subscription that has caught up, as the watch sees it. */
export type Follower = {
  readonly position: number | undefined;
  /** Since when it has been waiting for the server to send something (`clock.now()`); undefined: it is busy. */
  readonly waitingSince: number | undefined;
  /** True for streams whose events the server has to send. */
  wants(stream: string): boolean;
  /** Nothing that it wants lies between its position and this event, which may be the one that it is at. */
  advance(event: TailEvent): void;
  /** The server has stopped sending. */
  fail(error: Error): void;
};

export type TailEvent = Pick<LogEvent, "position" | "stream" | "id" | "type">;

export type TailWatchOptions = {
  /** The first events of the log from a position on, that of the position included; undefined: from the start. */
  readonly read: (from: number | undefined) => Promise<{
    readonly events: readonly TailEvent[];
    /** False: there are more. */
    readonly last: boolean;
  }>;
  readonly clock: time.Clock;
};

/** Of most events a subscription wants nothing, so that looking after each of them would be most of its work. */
const pollMs = 1_000;
/** The same while somebody waits for a subscription to be where the log was when they asked, or a look has failed. */
const soonMs = 250;
/** What was just appended arrives by itself within this time, where it is wanted. */
const quietMs = 50;
/** Who was sent something since is sent marks as well, or about to be quiet. */
const restMs = 500;
const stallMs = 5_000;
const failuresInARow = 2;

/**
 * Looks at the end of the log for the subscriptions that hear nothing. The server sends a mark only every 32 events that
 * a subscription does not want, so on its own the reader of a quiet category cannot know that it has missed nothing;
 * nor can it know that it should have heard something. One short read serves all of them.
 */
export class TailWatch {
  readonly #options: TailWatchOptions;
  readonly #followers = new Set<Follower>();
  /** What the server still has to send, and since when. */
  readonly #owed = new Map<Follower, { readonly position: number; readonly since: number }>();
  #head: number | undefined;
  /** The greatest position that somebody waits for. */
  #asked = -1;
  #lookedAt = -Infinity;
  #failures = 0;
  #looking: Promise<void> | undefined;
  #dueAt = Infinity;
  #cancelTimer: (() => void) | undefined;

  constructor(options: TailWatchOptions) {
    this.#options = options;
  }

  /** The greatest position that was ever seen, by whomever. */
  get head(): number | undefined {
    return this.#head;
  }

  /** Notes that there is an event at a position. */
  saw(position: number): void {
    if (position <= (this.#head ?? -1)) return;
    this.#head = position;
    const { clock } = this.#options;
    this.#schedule(Math.max(quietMs, this.#lookedAt + pollMs - clock.now()));
  }

  /** The same, where somebody may wait for subscriptions to come as far as that. */
  ask(position: number): void {
    this.saw(position);
    this.#asked = Math.max(this.#asked, position);
    if (this.#isAwaited) this.#schedule(quietMs);
  }

  /** The log is not the one that was seen. */
  forget(): void {
    this.#head = undefined;
    this.#asked = -1;
  }

  /** Watches for a subscription until the result is called. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    this.#schedule(quietMs);
    return () => {
      this.#followers.delete(follower);
      this.#owed.delete(follower);
      if (this.#followers.size === 0) this.#unschedule();
    };
  }

  /** Resolves when nothing is being read. */
  async stop(): Promise<void> {
    this.#followers.clear();
    this.#unschedule();
    await this.#looking;
  }

  get #isUrgent(): boolean {
    return this.#failures > 0 || this.#isAwaited;
  }

  get #isAwaited(): boolean {
    return this.#followers.values().some(({ position }) => (position ?? -1) < this.#asked);
  }

  #schedule(ms: number): void {
    if (this.#followers.size === 0 || this.#looking) return;
    const { clock } = this.#options;
    const at = clock.now() + ms;
    if (at >= this.#dueAt) return;
    this.#unschedule();
    this.#dueAt = at;
    this.#cancelTimer = clock.after(ms, () => {
      this.#unschedule();
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
      }).then((found) => {
        if (found === "more") this.#schedule(0);
        else this.#schedule(found === "nobody" || this.#isUrgent ? soonMs : pollMs);
      });
    });
  }

  #unschedule(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#dueAt = Infinity;
  }

  /** `nobody`: it was looked at for nobody, as they are not quiet long enough, or it was just done. */
  async #look(): Promise<"more" | "end" | "nobody"> {
    const now = this.#options.clock.now();
    const quiet = [...this.#followers].filter(({ position, waitingSince }) => {
      // The server itself moves on whoever is sent marks
      const patienceMs = (position ?? -1) < this.#asked ? quietMs : restMs;
      return waitingSince !== undefined && now - waitingSince >= patienceMs;
    });
    const isTooSoon = !this.#isUrgent && now - this.#lookedAt < pollMs;
    if (quiet.length === 0 || isTooSoon) return "nobody";
    const starts = quiet.map(({ position }) => position ?? -1);
    const from = Math.min(...starts);
    try {
      const { events, last } = await this.#options.read(from === -1 ? undefined : from);
      this.#failures = 0;
      const end = events.at(-1)?.position ?? -1;
      if (end > (this.#head ?? -1)) this.#head = end;
      for (const follower of quiet) this.#show(events, follower);
      this.#lookedAt = last ? now : -Infinity;
      return last ? "end" : "more";
    } catch (error) {
      this.#failed(error);
      return "end";
    }
  }

  #show(events: readonly TailEvent[], follower: Follower): void {
    if (!this.#followers.has(follower)) return;
    const start = follower.position ?? -1;
    const later = events.filter(({ position }) => position >= start);
    const wanted = later.find(({ position, stream }) => position > start && follower.wants(stream));
    const passed = wanted ? later.slice(0, later.indexOf(wanted)) : later;
    // The newest one that can be remembered, and the newest
    const known = passed.findLast((event) => !isSystemEvent(event));
    for (const event of [known, passed.at(-1)]) if (event) follower.advance(event);
    if (wanted) this.#owe(follower, wanted.position);
    else this.#owed.delete(follower);
  }

  #owe(follower: Follower, position: number): void {
    const { clock } = this.#options;
    const before = this.#owed.get(follower);
    const isWaiting = follower.waitingSince !== undefined;
    if (before?.position !== position || !isWaiting) {
      this.#owed.set(follower, { position, since: clock.now() });
    } else if (clock.now() - before.since >= stallMs) {
      this.#owed.delete(follower);
      follower.fail(
        new Unavailable(
          `Cannot follow the event log: the event at position ${position} was not sent within ${stallMs} ms`,
          { code: "event-store-stalled" },
        ),
      );
    }
  }

  /** A server that does not answer reads has left its subscribers alone as well. */
  #failed(cause: unknown): void {
    if (++this.#failures < failuresInARow) return;
    this.#failures = 0;
    const reason = machine.messageOf(cause);
    const error = new Unavailable(`Cannot follow the event log: ${reason}`, { cause });
    for (const follower of [...this.#followers]) follower.fail(error);
  }
}
