import { CircuitState, type IBreaker } from "cockatiel";

/** Which calls are counted, and how many of them may fail. */
export type FailureWindowOptions = {
  /** Of the calls in the window: above this, the circuit opens. */
  readonly failureRatio: number;
  /** Fewer calls than this in the window never open it. */
  readonly minimumCalls: number;
  readonly windowMs: number;
};

const bucketsPerWindow = 10;

/**
 * Decides when a circuit opens, by the calls of the last seconds. Cockatiel's own sampling breaker moves its window on
 * by one step per call, so that after a quiet hour it still counts the failures from before.
 */
export function failureWindow(
  { failureRatio, minimumCalls, windowMs, now }: FailureWindowOptions & {
    /** Milliseconds that only grow. */
    readonly now: () => number;
  },
): IBreaker {
  const bucketMs = windowMs / bucketsPerWindow;
  let buckets: { readonly since: number; successes: number; failures: number }[] = [];

  function current() {
    const time = now();
    buckets = buckets.filter(({ since }) => time - since < windowMs);
    const newest = buckets.at(-1);
    if (newest && time - newest.since < bucketMs) return newest;
    const opened = { since: time, successes: 0, failures: 0 };
    buckets.push(opened);
    return opened;
  }

  return {
    state: undefined,
    success(state) {
      if (state === CircuitState.HalfOpen) buckets = [];
      current().successes++;
    },
    failure(state) {
      current().failures++;
      if (state !== CircuitState.Closed) return true;
      const failures = buckets.reduce((sum, bucket) => sum + bucket.failures, 0);
      const calls = buckets.reduce((sum, bucket) => sum + bucket.successes, failures);
      return calls >= minimumCalls && failures > failureRatio * calls;
    },
  };
}
