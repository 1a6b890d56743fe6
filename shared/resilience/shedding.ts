/** Who goes first when there is more to do than can be done. */
export type Priority = "critical" | "normal" | "best-effort" | "bulk";

/** How many requests a process works on at a time, as far as its own answers have shown: a value that never changes. */
export type Shedding = {
  /** Requests at a time, with a fraction. */
  readonly limit: number;
  readonly bounds: SheddingBounds;
  /** Doubles from round to round, until answers become slow. */
  readonly isRising: boolean;
  /** Of this round. */
  readonly answers: number;
  /** Of this round: the sum of the logarithms of how many times as long as usual answers took. */
  readonly slowness: number;
  /** Of this round: the most requests at a time. */
  readonly busiest: number;
};

/** What a limit moves within. */
export type SheddingBounds = {
  readonly least: number;
  readonly most: number;
  /** Answers within so many milliseconds are as quick as any. */
  readonly calmMs: number;
  /** A loop that is later than that has too much to do, whatever the limit says. */
  readonly lagMs: number;
};

/** Of the limit, by priority: what is beyond is refused. */
const shares: Readonly<Record<Priority, number>> = {
  critical: 1,
  normal: 0.9,
  "best-effort": 0.7,
  bulk: 0.5,
};

/** So many times as long as usual is still well: a queue as long as what is worked on keeps everything busy. */
const tolerated = 2;
/** One answer counts as no more than that, so that a few which hang do not stand for all. */
const slowest = 8;
/** Fewer answers say nothing; more take too long to come where each takes long. */
const fewestAnswers = 10;
const mostAnswers = 50;
/** How much of what a round has shown is believed. */
const believed = 0.5;
/** How much of an answer's time is learned, when it says what is usual; and of a quick one when that is in doubt. */
const learned = 0.05;
const learnedInCrowd = 0.005;

/** A limit that begins at `start`. */
export function shedding(
  { start, ...bounds }: SheddingBounds & { readonly start: number },
): Shedding {
  return { limit: start, bounds, isRising: true, ...newRound };
}

const newRound = { answers: 0, slowness: 0, busiest: 0 };

/** Requests of a priority that may be worked on at a time, those of the others included. */
export function placesFor({ limit, bounds }: Shedding, priority: Priority): number {
  return Math.max(1, Math.floor(Math.max(bounds.least, limit) * shares[priority] + 1e-9));
}

/** The loop is late, and half of the places are taken, so that requests are why: all but what is critical is refused. */
export function isLate(
  { bounds, limit }: Shedding,
  { running, lagMs }: { readonly running: number; readonly lagMs: number },
): boolean {
  return lagMs > bounds.lagMs && running >= Math.max(bounds.least, limit / 2);
}

/**
 * A request was answered. After as many answers as there may be requests, 10 to 50, the limit moves by the gradient: as many times
 * less as answers took longer than is well (their geometric mean, so that most of them count), and some more, the root of
 * it, where it was needed; or twice as much, as long as nothing was slow since it was the least.
 */
export function afterRequest(
  state: Shedding,
  { tookMs, usualMs, running }: {
    readonly tookMs: number;
    /** What is usual for its route. */
    readonly usualMs: number;
    /** Requests at a time when it was answered, itself included. */
    readonly running: number;
  },
): Shedding {
  const { limit, bounds: { least, most, calmMs } } = state;
  const times = tookMs / Math.max(calmMs, usualMs);
  const answers = state.answers + 1;
  const slowness = state.slowness + Math.log(Math.min(slowest, Math.max(1, times)));
  const busiest = Math.max(state.busiest, running);
  if (answers < Math.min(mostAnswers, Math.max(fewestAnswers, limit))) {
    return { ...state, answers, slowness, busiest };
  }
  const gradient = Math.max(0.5, Math.min(1, tolerated / Math.exp(slowness / answers)));
  const isNeeded = gradient < 1 || 2 * busiest >= limit;
  const aim = gradient * limit + (isNeeded ? Math.sqrt(limit) : 0);
  const isRising = gradient === 1 && (state.isRising || limit === least);
  const moved = isRising && isNeeded ? 2 * limit : limit + believed * (aim - limit);
  return { ...state, ...newRound, isRising, limit: Math.min(most, Math.max(least, moved)) };
}

/**
 * What is usual for a route, after one more answer. It is learned while little is asked, or as little as possible: what is
 * slow then is so by itself. Otherwise a process that is asked too much would soon be taken for one that is always slow.
 */
export function usualAfter(
  usualMs: number | undefined,
  { tookMs, running, state: { limit, bounds } }: {
    readonly tookMs: number;
    readonly running: number;
    readonly state: Shedding;
  },
): number {
  if (usualMs === undefined) return tookMs;
  const isCalm = 2 * running <= limit || limit <= bounds.least;
  if (isCalm) return usualMs + learned * (tookMs - usualMs);
  // What was first asked in a crowd would be taken for slow for ever
  return tookMs < usualMs ? usualMs + learnedInCrowd * (tookMs - usualMs) : usualMs;
}
