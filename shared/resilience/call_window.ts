/** The calls of the last while, and how many of them failed: a value that never changes. */
export type CallWindow = {
  readonly made: number;
  readonly failed: number;
  /** The newest one. */
  readonly bucket: Bucket;
  /** Those before it, as far as they are still in the window; oldest first. */
  readonly older: readonly Bucket[];
};

type Bucket = {
  /** Counted from when time began, each as long as the others. */
  readonly number: number;
  readonly made: number;
  readonly failed: number;
};

const bucketsPerWindow = 10;

export const emptyWindow: CallWindow = {
  ...{ made: 0, failed: 0, older: [] },
  bucket: { number: 0, made: 0, failed: 0 },
};

/** With a call more; what was before a quiet hour is forgotten. */
export function noted(
  window: CallWindow,
  { at, isFailed, times = 1 }: {
    readonly at: number;
    readonly isFailed: boolean;
    /** So many calls more that ended alike, in the same tenth of the window. */
    readonly times?: number | undefined;
  },
  { windowMs }: { readonly windowMs: number },
): CallWindow {
  const number = bucketAt(at, windowMs);
  const { bucket, ...current } = number === window.bucket.number ? window : moved(window, number);
  const failures = isFailed ? times : 0;
  return {
    made: current.made + times,
    failed: current.failed + failures,
    bucket: { number, made: bucket.made + times, failed: bucket.failed + failures },
    older: current.older,
  };
}

/** Counts the tenths of windows. */
export function bucketAt(at: number, windowMs: number): number {
  return Math.floor(at / windowMs * bucketsPerWindow);
}

function moved({ bucket, older }: CallWindow, number: number): CallWindow {
  const kept = [...older, bucket].filter((each) => each.number > number - bucketsPerWindow);
  return {
    made: kept.reduce((sum, { made }) => sum + made, 0),
    failed: kept.reduce((sum, { failed }) => sum + failed, 0),
    bucket: { number, made: 0, failed: 0 },
    older: kept,
  };
}
