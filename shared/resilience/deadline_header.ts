/** The milliseconds that a request has left, for whoever gets it: relative, so that clocks need not agree. */
export const deadlineHeader = "X-Request-Timeout-Ms";

/** What the way there and back takes: who is asked must have given up by the time that the caller does. */
const marginMs = 20;
/** In less nothing can be done. */
const leastMs = 10;
/** Longer than anything takes, the wait for a read model included. */
const mostMs = 60_000;

/** What is told to whoever is asked by somebody who waits for `ms`; undefined: asking is in vain. */
export function passedOnMs(ms: number): number | undefined {
  const passedOn = Math.floor(ms - marginMs);
  return passedOn < leastMs ? undefined : passedOn;
}

/**
 * The milliseconds that the caller waits; Infinity where it does not say, or not in a way that is understood. What is
 * longer than a minute is a minute.
 */
export function receivedMs(headers: Headers): number {
  const given = headers.get(deadlineHeader) ?? "";
  return /^\d{1,15}$/.test(given) ? Math.min(Number(given), mostMs) : Infinity;
}
