import type { time } from "@headwater/core";
import type { HedgeSettings } from "./resilience_settings.ts";
import type { RetryBudget } from "./retry_budget.ts";

/** How long answers take, of late. */
export type HedgeTimes = {
  /** Milliseconds. */
  note(ms: number): void;
  /** Milliseconds after which an answer is later than most; undefined: too few are known. */
  lateAfterMs(): number | undefined;
};

/** As many as tell a 95th percentile well enough, and as few as follow a target that becomes slower. */
const kept = 200;

/** Of what answers at once, some functions further down. */
const stepsOfTurn = 8;

/** Keeps the times of the last two hundred answers; they are put in order now and then. */
export function hedgeTimes(
  { percentile, minimumAnswers, leastMs }: Omit<HedgeSettings, "isOn">,
): HedgeTimes {
  const times: number[] = [];
  let count = 0;
  let late: number | undefined;
  return {
    note(ms) {
      times[count++ % kept] = ms;
      if (count < minimumAnswers || (count - minimumAnswers) % 10 !== 0) return;
      const sorted = times.toSorted((one, other) => one - other);
      const at = Math.max(0, Math.ceil(sorted.length * percentile) - 1);
      late = Math.max(leastMs, sorted[at]!);
    },
    lateAfterMs: () => late,
  };
}

/** With what a call is hedged. */
export type HedgeContext<Answer> = {
  readonly times: HedgeTimes;
  /** Of the target; a call beyond it is not made. Default: each may be hedged. */
  readonly budget?: RetryBudget;
  /** Of whoever wants it. */
  readonly signal: AbortSignal;
  readonly clock: time.Clock;
  /** An answer that need not be waited out the other one for; default: any. */
  isGood?(answer: Answer): boolean;
};

/**
 * Makes a call once more when its answer is later than most are, and takes the first good one that comes; the other is
 * aborted then. For what changes nothing. Where none is good it is as if there had been the first alone.
 *
 * Errors: those of the first call; the reason of `signal`.
 */
export async function withHedge<Answer>(
  /** `before`: how many calls were made before this one. */
  act: (signal: AbortSignal, before: number) => Promise<Answer>,
  { times, budget, signal, clock, isGood = () => true }: HedgeContext<Answer>,
): Promise<Answer> {
  signal.throwIfAborted();
  const begunAt = clock.now();
  const calls = [new AbortController(), new AbortController()] as const;
  const good = Promise.withResolvers<Answer>();
  /** Until it is over, if it was made at all. */
  let second: Promise<void> | undefined;

  async function call(before: 0 | 1): Promise<Answer> {
    const answer = await act(calls[before].signal, before);
    if (isGood(answer)) {
      times.note(clock.now() - begunAt);
      calls[1 - before]!.abort(new DOMException("Another call was answered first", "AbortError"));
      good.resolve(answer);
    }
    return answer;
  }

  async function callAgain(): Promise<void> {
    try {
      await call(1);
    } catch {
      // The first one's error is told
    } finally {
      budget?.over();
    }
  }

  /** As if there had been no other, unless that is good. */
  async function firstAlone(): Promise<Answer> {
    await over;
    cancelTimer();
    await second;
    return await first;
  }

  function onAbort(): void {
    for (const call of calls) call.abort(signal.reason);
    good.reject(signal.reason);
  }

  let isOver = false;
  const first = call(0);
  const over = first.then(() => void (isOver = true), () => void (isOver = true));
  // What is over within this turn needs no timer, and nobody to listen
  for (let step = 0; step < stepsOfTurn && !isOver; step++) await Promise.resolve();
  if (isOver) return await first;
  const lateAfterMs = times.lateAfterMs();
  const cancelTimer = lateAfterMs === undefined ? () => {} : clock.after(lateAfterMs, () => {
    if (budget?.take() !== false) second = callAgain();
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([good.promise, firstAlone()]);
  } finally {
    cancelTimer();
    signal.removeEventListener("abort", onAbort);
  }
}
