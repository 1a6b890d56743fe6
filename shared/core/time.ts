import { type Clock, realClock } from "./clock.ts";

export * from "./clock.ts";
export * from "./deadline.ts";
export { onceEvery } from "./once_every.ts";
export * from "./timed_id.ts";

/** How long a pause lasts at most, and by which clock. */
export type PauseOptions = {
  /** Cuts the pause short. */
  readonly signal?: AbortSignal;
  /** Default: real time. */
  readonly clock?: Clock;
};

/** Resolves after `ms`, or as soon as the signal aborts: whoever must not go on then looks at the signal. */
export async function pause(ms: number, options: PauseOptions = {}): Promise<void> {
  const { signal, clock = realClock } = options;
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  const wake = () => resolve();
  signal?.addEventListener("abort", wake, { once: true });
  await promise;
  cancel();
  signal?.removeEventListener("abort", wake);
}

/** Those who look at something every so often do so at multiples of this. */
const beatMs = 250;

/**
 * About `ms` milliseconds: until the multiple of 250 that is nearest to that; shorter ones are as they are. Those who look at
 * something again and again then wake the process together: most of them do less than it takes to be woken.
 */
export function aboutMs(
  ms: number,
  { clock = realClock }: Pick<PauseOptions, "clock"> = {},
): number {
  if (ms < beatMs) return ms;
  const now = clock.now();
  // Whole ones: the runtime keeps a list of timers for each length
  return Math.ceil(Math.round((now + ms) / beatMs) * beatMs - now);
}

/** The same as `pause`, for `aboutMs(ms)`. */
export function pauseAbout(ms: number, options: PauseOptions = {}): Promise<void> {
  return pause(aboutMs(ms, options), options);
}

/** Resolves when the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}

/** How pauses grow from one failure to the next. */
export type BackOff = {
  /** Uniform in [0, 1). */
  random(): number;
  /** No pause is shorter: a pool needs a moment to find out which of its connections are broken. Default 20. */
  readonly leastMs?: number;
  /** The longest pause before try 1; each later one may be twice as long. Default 100. */
  readonly firstMs?: number;
  /** Default 5,000. */
  readonly longestMs?: number;
};

/**
 * Milliseconds to wait after failure `attempt` (1, 2 …): full jitter, so that many do not come back at once
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function backOffMs(
  attempt: number,
  { random, leastMs = 20, firstMs = 100, longestMs = 5_000 }: BackOff,
): number {
  const longest = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(leastMs + random() * Math.max(0, longest - leastMs));
}
