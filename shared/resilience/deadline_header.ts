import { preferredWaitSeconds } from "./preferred_wait.ts";

/** The milliseconds that a request has left, for whoever gets it: relative, so that clocks need not agree. */
export const deadlineHeader = "X-Request-Timeout-Ms";

/** What the way there and back takes: who is asked must have given up by the time that the caller does. */
const marginMs = 20;
/** In less nothing can be done. */
const leastMs = 10;
/** Longer than anything takes but the wait for a read model, which comes on top. */
const mostMs = 30_000;

/** Whoever has less than this has no time to ask anybody. */
export const leastCallMs: number = marginMs + leastMs;

/** What is told to whoever is asked by somebody who waits for `ms`; undefined: asking is in vain. */
export function passedOnMs(ms: number): number | undefined {
  const passedOn = Math.floor(ms - marginMs);
  return passedOn < leastMs ? undefined : passedOn;
}

/**
 * The milliseconds that the caller waits. What is longer than half a minute is that, and what the request wants to wait for
 * a read model. Where it does not say, or not in a way that is understood, it waits for ever; with `unsaidMs` for so long,
 * half a minute at least, and that wait on top.
 */
export function receivedMs(headers: Headers, unsaidMs = Infinity): number {
  const given = headers.get(deadlineHeader) ?? "";
  const waitMs = headers.has("X-Min-Position") ? preferredWaitSeconds(headers) * 1_000 : 0;
  if (!/^\d{1,15}$/.test(given)) return Math.max(mostMs, unsaidMs) + waitMs;
  return Math.min(Number(given), mostMs + waitMs);
}
