export type Rate = {
  readonly perSecond: number;
  readonly done: number;
  /** Calls that were refused, for example because the database was locked. */
  readonly failed: number;
};

/** How often a second `call` succeeds when `inFlight` of it are always under way. */
export async function rate(
  call: () => Promise<void>,
  { ms, inFlight, count = Infinity }: {
    readonly ms: number;
    readonly inFlight: number;
    /** Ends earlier, after so many calls. */
    readonly count?: number;
  },
): Promise<Rate> {
  let begun = 0;
  let done = 0;
  let failed = 0;
  let lastError: unknown;
  const start = performance.now();

  async function goOn(): Promise<void> {
    while (begun < count && performance.now() - start < ms) {
      begun++;
      try {
        await call();
        done++;
      } catch (error) {
        failed++;
        lastError = error;
      }
    }
  }
  await Promise.all(Array.from({ length: inFlight }, goOn));
  if (done === 0) throw new Error("Cannot give a rate: no call succeeded", { cause: lastError });
  return { perSecond: done / (performance.now() - start) * 1000, done, failed };
}

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
