import { z } from "zod";

/** Which calls open a circuit, and for how long. */
export type BreakerSettings = {
  /** False: it opens by no failure; it can be isolated all the same. */
  readonly isOn: boolean;
  readonly windowMs: number;
  /** With fewer calls in the window it never opens. */
  readonly minimumCalls: number;
  /** Where so many of the calls in the window have failed, it opens; 0.5: half of them. */
  readonly failureRatio: number;
  /** An answer that took longer counts as failed; false: none does. */
  readonly slowMs: number | false;
  /** A 429 counts as failed: it limits all of us together, not each of those for whom we ask. */
  readonly throttledFails: boolean;
  /** How long it refuses everything the first time; twice as long each time that its probes fail. */
  readonly openMs: number;
  readonly longestOpenMs: number;
  /** By such a share, either way, it is open for longer or shorter: who was refused together does not come back together. */
  readonly jitter: number;
  /** Calls that it then lets through to see. */
  readonly probes: number;
  /** Of them. */
  readonly mayFail: number;
};

/** How many calls run at a time, and how many wait for that. */
export type BulkheadSettings = {
  /** At most. */
  readonly running: number;
  /** Where the target takes fewer well, so many run at least. */
  readonly leastRunning: number;
  /** Answers within so many milliseconds never make it fewer. */
  readonly calmMs: number;
  /** One more is refused at once. */
  readonly waiting: number;
  /** Never longer than the deadline. */
  readonly longestWaitMs: number;
};

/** How often something is tried, and after which pauses. */
export type RetrySettings = {
  /** In all, the first one included. */
  readonly tries: number;
  /** The first pause is between 0 and this; this is twice as long each time. */
  readonly shortestPauseMs: number;
  /** The same, of a target that has too much to do. */
  readonly throttledPauseMs: number;
  readonly longestPauseMs: number;
  /** Repetitions and hedges at a time, as a share of the calls to the target that are under way. */
  readonly budgetShare: number;
  /** So many in any case. */
  readonly leastBudget: number;
};

/** A second call for the same answer, when the first one takes longer than most do. */
export type HedgeSettings = {
  readonly isOn: boolean;
  /** After as long as this share of earlier answers took. */
  readonly percentile: number;
  /** With fewer earlier answers nothing is hedged. */
  readonly minimumAnswers: number;
  /** Not earlier. */
  readonly leastMs: number;
};

/** What is served in place of an answer. */
export type FallbackSettings = {
  /** An answer may be as old as that. */
  readonly staleMs: number;
};

/** All numbers of the policies for one target. Where each default comes from: docs/guides/resilience.md. */
export type ResilienceSettings = {
  /** Milliseconds for everything: the queue, all tries and their pauses. */
  readonly totalMs: number;
  /** Milliseconds for one try. */
  readonly tryMs: number;
  readonly retry: RetrySettings;
  readonly hedge: HedgeSettings;
  readonly bulkhead: BulkheadSettings;
  readonly breaker: BreakerSettings;
  readonly fallback: FallbackSettings;
  /** Queries that wait for a read model; each holds a connection and no more. */
  readonly mostAwaiting: number;
  /** Bytes of a body that is kept for a repetition. */
  readonly longestBody: number;
  /** Bytes of an answer, which is held whole. */
  readonly longestAnswer: number;
};

/** A day: nothing is waited for that long. */
const mostMs = 86_400_000;

function number(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.number({ error }).refine(
    (value) => Number.isInteger(value) && value >= least && value <= most,
    { error },
  );
}

function ms(usual: number, { least = 0 }: { readonly least?: number } = {}) {
  return number(least, mostMs).default(usual);
}

function whole(usual: number, least: number) {
  return number(least, 1_000_000).default(usual);
}

function share(usual: number) {
  const error = "a number from 0 to 1";
  return z.number({ error }).refine((value) => value >= 0 && value <= 1, { error }).default(usual);
}

function flag(usual: boolean) {
  return z.boolean({ error: "true or false" }).default(usual);
}

function group<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, { error: "an object" });
}

/** What may be said of each number by itself, and what it is where nobody says anything. */
export const settingsSchema: z.ZodType<ResilienceSettings> = group({
  totalMs: ms(6_000, { least: 1 }),
  tryMs: ms(2_000, { least: 1 }),
  retry: group({
    tries: whole(3, 1),
    shortestPauseMs: ms(100),
    throttledPauseMs: ms(500),
    longestPauseMs: ms(2_000),
    budgetShare: share(0.2),
    leastBudget: whole(3, 0),
  }).prefault({}),
  hedge: group({
    isOn: flag(false),
    percentile: share(0.95),
    minimumAnswers: whole(20, 1),
    leastMs: ms(20),
  }).prefault({}),
  bulkhead: group({
    running: whole(64, 1),
    leastRunning: whole(8, 1),
    calmMs: ms(1_500),
    waiting: whole(512, 0),
    longestWaitMs: ms(2_000),
  }).prefault({}),
  breaker: group({
    isOn: flag(true),
    windowMs: ms(10_000, { least: 10 }),
    minimumCalls: whole(20, 1),
    failureRatio: share(0.5),
    slowMs: z.union([number(1, mostMs), z.literal(false)], {
      error: `a whole number from 1 to ${mostMs}, or false`,
    }).default(1_000),
    throttledFails: flag(false),
    openMs: ms(5_000, { least: 1 }),
    longestOpenMs: ms(60_000, { least: 1 }),
    jitter: share(0.2),
    probes: whole(5, 1),
    mayFail: whole(1, 0),
  }).prefault({}),
  fallback: group({ staleMs: ms(60_000) }).prefault({}),
  mostAwaiting: whole(512, 0),
  longestBody: number(0, 1024 ** 3).default(1024 ** 2),
  longestAnswer: number(1, 1024 ** 3).default(16 * 1024 ** 2),
});

export const usualSettings: ResilienceSettings = settingsSchema.parse({});
