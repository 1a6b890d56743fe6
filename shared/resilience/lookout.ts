import type { time } from "@headwater/core";

/** Milliseconds; most calls are over before a turn is, and each turn wakes the process. */
const turnMs = 100;

/** Milliseconds after which whoever waits has been looked after. */
export const latestLookMs: number = 2 * turnMs;

/** A call that is not over yet. */
export type Waiting = { lookAfter(): void };

const lookouts = new WeakMap<time.Clock, Lookout>();

/**
 * Has calls looked after, once each, that are still there after one turn to two. One timer serves all: a timer for each
 * costs as much as all else that guards a call, and few need it.
 */
export class Lookout {
  readonly #clock: time.Clock;
  #young = new Set<Waiting>();
  #old = new Set<Waiting>();
  #cancelTurn: (() => void) | undefined;

  private constructor(clock: time.Clock) {
    this.#clock = clock;
  }

  /** Of all calls that go by this clock. */
  static of(clock: time.Clock): Lookout {
    let lookout = lookouts.get(clock);
    if (!lookout) lookouts.set(clock, lookout = new Lookout(clock));
    return lookout;
  }

  add(call: Waiting): void {
    this.#young.add(call);
    this.#cancelTurn ??= this.#clock.after(turnMs, this.#turn);
  }

  /** It is over. */
  delete(call: Waiting): void {
    if (!this.#young.delete(call)) this.#old.delete(call);
    if (this.#isEmpty()) {
      this.#cancelTurn?.();
      this.#cancelTurn = undefined;
    }
  }

  readonly #turn = (): void => {
    const due = this.#old;
    this.#old = this.#young;
    this.#young = new Set();
    this.#cancelTurn = undefined;
    for (const call of due) call.lookAfter();
    if (!this.#isEmpty()) this.#cancelTurn ??= this.#clock.after(turnMs, this.#turn);
  };

  #isEmpty(): boolean {
    return this.#young.size === 0 && this.#old.size === 0;
  }
}
