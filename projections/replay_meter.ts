import type { ReplayProgress } from "./checkpoint.ts";

/** Often enough for a progress line to move smoothly. */
const reportEveryMs = 250;

/** How fast a rebuild is, and how long it may still take. */
export class ReplayMeter {
  readonly #target: number;
  readonly #now: () => number;
  readonly #startedAt: number;
  #reportedAt: number;
  #events = 0;
  #replayed = 0;

  /** `target` is the log's last position as the rebuild begins. */
  constructor({ target, now }: { readonly target: number; readonly now: () => number }) {
    this.#target = target;
    this.#now = now;
    this.#startedAt = this.#reportedAt = now();
  }

  count(events: number, position: number | undefined): void {
    this.#events += events;
    this.#replayed = position ?? this.#replayed;
  }

  /** True a few times a second. */
  isDue(): boolean {
    if (this.#now() - this.#reportedAt < reportEveryMs) return false;
    this.#reportedAt = this.#now();
    return true;
  }

  reached(position: number | undefined): boolean {
    return position !== undefined && position >= this.#target;
  }

  get progress(): ReplayProgress {
    const seconds = Math.max(this.#now() - this.#startedAt, 1) / 1_000;
    return {
      replayed: this.#replayed,
      target: this.#target,
      eventsPerSecond: Math.round(this.#events / seconds),
    };
  }

  /** From 1 to 60. */
  get secondsLeft(): number {
    const share = this.#replayed / Math.max(this.#target, 1);
    if (share <= 0) return 1;
    const seconds = (this.#now() - this.#startedAt) / 1_000;
    return Math.min(60, Math.max(1, Math.ceil(seconds * (1 - share) / share)));
  }
}
