import { DeadlineExceeded, machine, time, Unavailable } from "@headwater/core";
import { type BulkheadSettings, usualSettings } from "./resilience_settings.ts";

/** How many calls run at a time, and how many wait for that; what is left out is as usual. */
export type BulkheadOptions = Partial<BulkheadSettings>;

/** The places of the calls to one service. */
export type Bulkhead = {
  /**
   * Runs `act` when it is its turn, after all that came before it; a call that runs holds its place until it is over. One
   * that has waited as long as it may, or as the current deadline leaves it, is refused: it was never sent. Not before,
   * where that is to be foreseen: waiting costs less than being asked again at once by all who were refused.
   * Errors: `Unavailable` with `overloaded`, the reason of `signal` while it waits, those of `act`.
   */
  execute<Answer>(act: () => Promise<Answer>, signal: AbortSignal): Promise<Answer>;
  /**
   * A place, where one is free: whoever has it calls `leave` with it, once. Undefined: none is. The halves of `execute` for
   * whoever notes the end of a call anyway.
   */
  takeNow(): Ticket | undefined;
  leave(ticket: Ticket, ended: Ended): void;
  /** As few as may be run: a target that is too slow for them has not been asked too much. */
  isAtLeast(): boolean;
  describe(): {
    readonly running: number;
    readonly waiting: number;
    /** How many may run at present. */
    readonly places: number;
  };
};

/** @internal */
type Ended = {
  readonly tookMs: number;
  /** Undefined: there was an answer. */
  readonly failure: unknown;
};

/**
 * Under which limit it was given, and whether it was the last one.
 * @internal
 */
type Ticket = number;

/**
 * Keeps one slow service from using up everything: only so many calls to it run, as many as it takes well, and only so
 * many wait. What is beyond what a service can do then waits or is refused here, where that costs least; sent all at once
 * it would make every answer too late.
 */
export function createBulkhead(
  service: string,
  { clock, ...settings }: BulkheadOptions & { readonly clock: time.Clock },
): Bulkhead {
  const { running, leastRunning, calmMs, waiting, longestWaitMs } = {
    ...usualSettings.bulkhead,
    ...settings,
    // Who says how many run means that, and no fewer
    leastRunning: settings.leastRunning ?? settings.running ?? usualSettings.bulkhead.leastRunning,
  };
  let limit = machine.concurrencyLimit({
    start: leastRunning,
    most: running,
    least: leastRunning,
    calmMs,
  });
  const places = new machine.Places(limit.calls);

  function overloaded(): Unavailable {
    const message =
      `Cannot call service "${service}": ${places.running} calls run and ${places.waiting} wait already`;
    return new Unavailable(message, { code: "overloaded", limit: "bulkhead" });
  }

  /** Begun in a place of its own. */
  async function run<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    const given = ticket();
    const begunAt = clock.now();
    let failure: unknown;
    try {
      return await act();
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      learn(given, { tookMs: clock.now() - begunAt, failure });
    }
  }

  function ticket(): Ticket {
    return 2 * limit.round + (places.running >= limit.calls ? 1 : 0);
  }

  function learn(given: Ticket, { tookMs, failure }: Ended): void {
    const round = given >> 1;
    const isFull = (given & 1) === 1;
    const { calls } = limit;
    if (isTooMuch(failure, tookMs)) limit = machine.afterFailure(limit, { round });
    else if (failure === undefined && !machine.saysNothing(limit, { tookMs, isFull })) {
      limit = machine.afterAnswer(limit, { tookMs, round, isFull });
    }
    if (limit.calls !== calls) places.setLimit(limit.calls);
  }

  /** Who gave it less time than is quick has learned nothing; what is not there has nothing to do with how many ask. */
  function isTooMuch(failure: unknown, tookMs: number): boolean {
    return (failure instanceof DeadlineExceeded && tookMs > calmMs) ||
      (failure instanceof Unavailable && failure.code === "overloaded");
  }

  return {
    takeNow: () => places.takeNow() ? ticket() : undefined,
    leave(given, ended) {
      learn(given, ended);
      places.leave();
    },
    async execute(act, signal) {
      signal.throwIfAborted();
      if (places.takeNow()) {
        try {
          return await run(act);
        } finally {
          places.leave();
        }
      }
      if (places.waiting >= waiting) throw overloaded();
      const leftMs = time.currentDeadline()?.remainingMs() ?? Infinity;
      const inQueue = new AbortController();
      const onAbort = () => inQueue.abort(signal.reason);
      const cancelTimer = clock.after(
        Math.max(0, Math.min(longestWaitMs, leftMs)),
        () => inQueue.abort(overloaded()),
      );
      signal.addEventListener("abort", onAbort, { once: true });
      function leaveQueue(): void {
        cancelTimer();
        signal.removeEventListener("abort", onAbort);
      }
      try {
        return await places.take(() => {
          leaveQueue();
          return run(act);
        }, inQueue.signal);
      } finally {
        leaveQueue();
      }
    },
    isAtLeast: () => limit.calls === leastRunning,
    describe: () => ({ running: places.running, waiting: places.waiting, places: limit.calls }),
  };
}
