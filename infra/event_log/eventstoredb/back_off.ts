const leastMs = 20;
const firstMs = 50;
const longestMs = 5_000;

/** Milliseconds to wait before try `attempt` (1, 2 …): full jitter, so that subscriptions do not all come back at once. */
export function backOffMs(attempt: number, random: () => number): number {
  const longest = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 20));
  return Math.round(leastMs + random() * (longest - leastMs));
}
