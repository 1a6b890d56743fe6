/** How many calls a target takes at a time, as far as its answers have shown: a value that never changes, like time. */
export type ConcurrencyLimit = {
  /** Calls at a time: a whole number from `least` to `most`. */
  readonly calls: number;
  /**
   * Counts the decisions. An answer says something only of the limit under which its call was begun: whoever calls keeps
   * the number and gives it back with the outcome.
   */
  readonly round: number;
  /** Rounds that ended in a failure, one after the other. */
  readonly failures: number;
  readonly bounds: ConcurrencyBounds;
  /** Doubles from round to round, until answers become slow. */
  readonly isRising: boolean;
  /**
   * The quickest answer, in milliseconds. It is forgotten only while as few as possible are asked at a time: what is slow
   * then is so by itself. Otherwise a target that is asked too much would soon be taken for one that is always slow.
   */
  readonly bestMs: number | undefined;
  /** Of this round. */
  readonly answers: number;
  readonly slow: number;
  readonly wasFull: boolean;
};

/** What a limit moves within. */
export type ConcurrencyBounds = {
  readonly least: number;
  readonly most: number;
  /** Answers within so many milliseconds are never slow. */
  readonly calmMs: number;
};

/** An answer is slow that takes so many times as long as the quickest. */
const slowTimes = 3;
/** How much of what has become slower is believed with each answer. */
const forgetting = 0.1;

/** A limit that begins at `start` and rises. */
export function concurrencyLimit(
  { start, ...bounds }: ConcurrencyBounds & { readonly start: number },
): ConcurrencyLimit {
  return {
    calls: start,
    round: 0,
    failures: 0,
    bounds,
    isRising: true,
    bestMs: undefined,
    ...newRound,
  };
}

const newRound = { answers: 0, slow: 0, wasFull: false };

/**
 * The target has answered. After as many answers as there are calls at a time the limit is decided on by the slower half
 * of them, so that a few calls which take long by nature do not count: a quarter less when most were slow; otherwise,
 * where callers had to wait, one more, or twice as many while it rises.
 */
export function afterAnswer(
  limit: ConcurrencyLimit,
  { tookMs, round, isFull }: {
    readonly tookMs: number;
    /** As it was when the call was begun. */
    readonly round: number;
    /** No more calls could have been begun beside it. */
    readonly isFull: boolean;
  },
): ConcurrencyLimit {
  const { bestMs = tookMs, calls, isRising, bounds: { least, most, calmMs } } = limit;
  const slower = calls === least ? bestMs + forgetting * (tookMs - bestMs) : bestMs;
  const seen = { ...limit, failures: 0, bestMs: Math.min(tookMs, slower) };
  if (round !== limit.round) return seen;
  const isSlow = tookMs > Math.max(calmMs, slowTimes * bestMs);
  const answers = limit.answers + 1;
  const slow = limit.slow + (isSlow ? 1 : 0);
  const wasFull = limit.wasFull || isFull;
  if (answers < calls) return { ...seen, answers, slow, wasFull };
  const next = { ...seen, ...newRound, round: limit.round + 1 };
  if (2 * slow > answers) return lowered(next, calls * 3 / 4);
  return wasFull ? { ...next, calls: Math.min(most, isRising ? 2 * calls : calls + 1) } : next;
}

/**
 * An answer that is quick, as they have been, where nobody waits and none was slow of late: it decides nothing, also if it
 * is the quickest, and need not be counted.
 */
export function saysNothing(
  { answers, failures, bestMs, bounds: { calmMs } }: ConcurrencyLimit,
  { tookMs, isFull }: { readonly tookMs: number; readonly isFull: boolean },
): boolean {
  return !isFull && answers === 0 && failures === 0 && bestMs !== undefined &&
    tookMs <= calmMs && slowTimes * bestMs <= calmMs;
}

/**
 * The target has refused, failed or not answered in time: half as many, once for all calls that were begun together, and
 * the least when nothing was answered since the last time. From there it rises fast again.
 */
export function afterFailure(
  limit: ConcurrencyLimit,
  { round }: { readonly round: number },
): ConcurrencyLimit {
  if (round !== limit.round) return limit;
  const next = { ...limit, ...newRound, round: round + 1, failures: limit.failures + 1 };
  return lowered(next, limit.failures > 0 ? 0 : limit.calls / 2);
}

function lowered(limit: ConcurrencyLimit, calls: number): ConcurrencyLimit {
  const { least } = limit.bounds;
  const lower = Math.max(least, Math.floor(calls));
  return { ...limit, calls: lower, isRising: lower === least };
}
