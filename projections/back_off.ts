const leastMs = 20;
const firstMs = 100;
const longestMs = 5_000;

/**
 * Milliseconds to wait before try `attempt` (1, 2 …): full jitter, so that many workers do not come back at once. Never
 * none at all: a pool needs a moment to find out which of its connections are broken.
 */
export function backOffMs(attempt: number, random: () => number): number {
  const longest = Math.min(longestMs, firstMs * 2 ** attempt);
  return Math.round(leastMs + random() * (longest - leastMs));
}

/** Resolves after `ms`, or as soon as `signal` aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const wake = () => resolve();
  signal.addEventListener("abort", wake, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", wake);
}
