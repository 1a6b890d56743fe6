import { type HealthCheck, machine, time } from "@headwater/core";

/**
 * What is known of one check.
 * @internal
 */
export type KnownHealth = {
  readonly check: HealthCheck;
  /** How it went when it was last asked, or, of one that is not bad, when it last passed; undefined: nobody knows yet. */
  readonly outcome: CheckOutcome | undefined;
  /** It failed `badInARow` times in a row, or has never passed. */
  readonly isBad: boolean;
  readonly hasPassed: boolean;
};

/** @internal */
export type CheckOutcome = {
  /** When it was asked: milliseconds since 1970. */
  readonly askedAt: number;
  readonly tookMs: number;
  readonly failure?: string;
  readonly seenAt?: number | undefined;
  readonly warning?: string | undefined;
};

/**
 * Checks that are asked all the time, so that probes need ask nobody.
 * @internal
 */
export type HealthWatch = {
  /** Of each check, in the order in which they were given; asks nobody. */
  known(): readonly KnownHealth[];
  /** Resolves when each check of this process's own was asked once, whatever came of it. */
  readonly asked: Promise<void>;
};

const defaultEveryMs = 5_000;
/** A second is what Kubernetes gives a probe by default. */
export const checkLimitMs = 1_000;
/** So long something short lasts: a failover, a full queue. */
const badInARow = 3;
/** What was never well is asked sooner, ever less so: who starts is waited for, by people too. */
const firstPauseMs = 25;

/**
 * Asks every check again and again, each for itself, until the signal: one that hangs holds up no other, and is not asked
 * again as long as it hangs. A check is bad after three failures in a row, and good again after one success; one that has
 * never passed is bad at once.
 */
export function watchHealth(
  checks: readonly HealthCheck[],
  { signal, everyMs = defaultEveryMs, clock = time.realClock }: {
    /** Ends it. */
    readonly signal: AbortSignal;
    /** Milliseconds from an answer to the next question; default 5,000. */
    readonly everyMs?: number | undefined;
    readonly clock?: time.Clock;
  },
): HealthWatch {
  const watched = checks.map((check) => watchCheck(check, { signal, everyMs, clock }));
  const own = watched.filter((_, index) => !checks[index]!.ofOthers);
  return {
    known: () => watched.map(({ known }) => known()),
    asked: Promise.all(own.map(({ asked }) => asked)).then(() => {}),
  };
}

type Watching = {
  readonly signal: AbortSignal;
  readonly everyMs: number;
  readonly clock: time.Clock;
};

function watchCheck(check: HealthCheck, { signal, everyMs, clock }: Watching): {
  known(): KnownHealth;
  readonly asked: Promise<void>;
} {
  let known: KnownHealth = { check, outcome: undefined, isBad: false, hasPassed: false };
  let failures = 0;
  let wasWell = false;
  const asked = Promise.withResolvers<void>();

  function note(outcome: CheckOutcome): void {
    if (outcome.failure === undefined) {
      failures = 0;
      wasWell ||= outcome.warning === undefined;
      known = { check, outcome, isBad: false, hasPassed: true };
      return;
    }
    failures++;
    if (known.hasPassed && failures < badInARow) return;
    known = { ...known, outcome, isBad: true };
  }
  async function watch(): Promise<void> {
    const ask = askingOnce(check, clock);
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs *= 2) {
      const outcome = await ask(signal);
      if (signal.aborted) break;
      note(outcome);
      asked.resolve();
      if (wasWell) await time.pauseAbout(everyMs, { signal, clock });
      else await time.pause(Math.min(everyMs, pauseMs), { signal, clock });
    }
    asked.resolve();
  }
  watch();
  return { known: () => known, asked: asked.promise };
}

/** Gives up a check that takes too long, though it may not listen to its signal: it is then not asked again before it ends. */
function askingOnce(
  check: HealthCheck,
  clock: time.Clock,
): (ending: AbortSignal) => Promise<CheckOutcome> {
  const late = { failure: `No answer within ${checkLimitMs} ms` };
  let isUnderWay = false;

  async function outcomeOf(signal: AbortSignal): Promise<Omit<CheckOutcome, "askedAt" | "tookMs">> {
    isUnderWay = true;
    try {
      const observed = await check.check(signal);
      return { seenAt: observed?.seenAt, warning: observed?.warning };
    } catch (error) {
      return { failure: machine.messageOf(error) };
    } finally {
      isUnderWay = false;
    }
  }
  return async (ending) => {
    const askedAt = Date.now();
    const startedAt = clock.now();
    if (isUnderWay) return { ...late, askedAt, tookMs: checkLimitMs };
    const over = new AbortController();
    const { promise, resolve } = Promise.withResolvers<typeof late>();
    const giveUp = () => {
      resolve(late);
      over.abort();
    };
    const cancelTimer = clock.after(checkLimitMs, giveUp);
    ending.addEventListener("abort", giveUp, { once: true });
    const outcome = await Promise.race([promise, outcomeOf(over.signal)]);
    cancelTimer();
    ending.removeEventListener("abort", giveUp);
    return { ...outcome, askedAt, tookMs: Math.round(clock.now() - startedAt) };
  };
}
