import type { ResilienceSettings } from "./resilience_settings.ts";

/**
 * A number that cannot work beside the others, and why.
 * @internal
 */
export type Contradiction = {
  /** Of the number, for example `breaker.probes`. */
  readonly path: string;
  readonly value: number;
  readonly allowed: string;
};

/** What cannot work together. */
export function contradictionsIn(settings: ResilienceSettings): readonly Contradiction[] {
  return [
    ...contradictionsOfTries(settings),
    ...contradictionsOfBulkhead(settings),
    ...(settings.breaker.isOn ? contradictionsOfBreaker(settings) : []),
  ];
}

function* contradictionsOfTries(
  { totalMs, tryMs, retry, hedge }: ResilienceSettings,
): Iterable<Contradiction> {
  const { tries, shortestPauseMs, throttledPauseMs, longestPauseMs, leastBudget } = retry;
  if (tryMs > totalMs) {
    const allowed = `at most totalMs, ${totalMs}: no try would get so long`;
    yield { path: "tryMs", value: tryMs, allowed };
  }
  const longest = { path: "retry.longestPauseMs", value: longestPauseMs };
  if (tries > 1 && Math.max(shortestPauseMs, throttledPauseMs) > longestPauseMs) {
    const first = `${shortestPauseMs} and retry.throttledPauseMs, ${throttledPauseMs}`;
    yield { ...longest, allowed: `at least retry.shortestPauseMs, ${first}: pauses only grow` };
  }
  if (tries > 1 && longestPauseMs >= totalMs) {
    const allowed = `less than totalMs, ${totalMs}: nothing would be tried after such a pause`;
    yield { ...longest, allowed };
  }
  if ((tries > 1 || hedge.isOn) && retry.budgetShare === 0 && leastBudget === 0) {
    const allowed = "at least 1, or a retry.budgetShare: nothing would be repeated or hedged";
    yield { path: "retry.leastBudget", value: leastBudget, allowed };
  }
  if (hedge.isOn && hedge.leastMs >= tryMs) {
    const allowed = `less than tryMs, ${tryMs}: the try is over by then`;
    yield { path: "hedge.leastMs", value: hedge.leastMs, allowed };
  }
}

function* contradictionsOfBulkhead(
  { bulkhead, breaker }: ResilienceSettings,
): Iterable<Contradiction> {
  const { running, leastRunning } = bulkhead;
  if (leastRunning > running) {
    const allowed = `at most bulkhead.running, ${running}`;
    yield { path: "bulkhead.leastRunning", value: leastRunning, allowed };
  }
  if (breaker.isOn && breaker.probes > leastRunning) {
    const allowed =
      `at most bulkhead.leastRunning, ${leastRunning}: some would wait for places, and all callers with them`;
    yield { path: "breaker.probes", value: breaker.probes, allowed };
  }
}

function* contradictionsOfBreaker(
  { breaker, bulkhead, tryMs, totalMs }: ResilienceSettings,
): Iterable<Contradiction> {
  const { windowMs, minimumCalls } = breaker;
  // The window goes on by a tenth at a time
  const mostLate = Math.floor(bulkhead.leastRunning * 0.9 * windowMs / tryMs);
  if (minimumCalls > mostLate && tryMs <= totalMs) {
    const late = `no more calls of tryMs, ${tryMs}, run out of time within breaker.windowMs`;
    const allowed =
      `at most ${mostLate}: by bulkhead.leastRunning, ${bulkhead.leastRunning}, ${late}`;
    yield { path: "breaker.minimumCalls", value: minimumCalls, allowed };
  }
  const { failureRatio, openMs, longestOpenMs, probes, mayFail } = breaker;
  if (failureRatio === 0) {
    const allowed = "more than 0: it would open without a failure";
    yield { path: "breaker.failureRatio", value: failureRatio, allowed };
  }
  if (openMs > longestOpenMs) {
    const allowed = `at most breaker.longestOpenMs, ${longestOpenMs}`;
    yield { path: "breaker.openMs", value: openMs, allowed };
  }
  if (mayFail >= probes) {
    const allowed = `less than breaker.probes, ${probes}: it would close however all of them fail`;
    yield { path: "breaker.mayFail", value: mayFail, allowed };
  }
}
