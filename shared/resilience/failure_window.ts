/**
 * Which calls of the last while open a circuit.
 * @internal
 */
export type FailureWindowOptions = {
  /** Of the calls in the window: above this, the circuit opens. */
  readonly failureRatio: number;
  /** Fewer calls than this in the window never open it. */
  readonly minimumCalls: number;
  readonly windowMs: number;
};

export type FailureWindow = {
  success(): void;
  /** True when there are too many now. `weight`: for how many calls it stands towards the minimum. */
  failure(weight: number): boolean;
  forget(): void;
};

const bucketsPerWindow = 10;

/** Decides when a circuit opens, by the calls of the last seconds: what was before a quiet hour is forgotten. */
export function failureWindow(
  { failureRatio, minimumCalls, windowMs, now }: FailureWindowOptions & {
    /** Milliseconds that only grow. */
    readonly now: () => number;
  },
): FailureWindow {
  const bucketMs = windowMs / bucketsPerWindow;
  type Bucket = { readonly since: number; successes: number; failures: number; extra: number };
  let buckets: Bucket[] = [];

  function current(): Bucket {
    const time = now();
    buckets = buckets.filter(({ since }) => time - since < windowMs);
    const newest = buckets.at(-1);
    if (newest && time - newest.since < bucketMs) return newest;
    const opened = { since: time, successes: 0, failures: 0, extra: 0 };
    buckets.push(opened);
    return opened;
  }

  function sum(count: "successes" | "failures" | "extra"): number {
    return buckets.reduce((sum, bucket) => sum + bucket[count], 0);
  }

  return {
    success() {
      current().successes++;
    },
    failure(weight) {
      const bucket = current();
      bucket.failures++;
      bucket.extra += weight - 1;
      const failures = sum("failures");
      const calls = sum("successes") + failures;
      return calls + sum("extra") >= minimumCalls && failures > failureRatio * calls;
    },
    forget() {
      buckets = [];
    },
  };
}
