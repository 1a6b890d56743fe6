/** What becomes of many callers of a circuit that has just become half-open. */
export type HalfOpen = {
  /** Calls that the upstream got. */
  readonly reached: number;
  readonly refused: number;
  /** Milliseconds that a caller waited for it at most. */
  readonly slowestMs: number;
};

export const callers = 1_000;
/** Milliseconds: an open circuit becomes half-open so soon. */
export const openMs = 20;
/** Of a probe. */
const probeMs = 50;

/** All at once, of a circuit that 20 failures have opened. `guarded`: a call through it. */
export async function herd(
  guarded: (act: () => Promise<number>) => Promise<unknown>,
): Promise<HalfOpen> {
  for (let failure = 0; failure < 20; failure++) {
    await guarded(() => Promise.reject(new Error("down"))).catch(() => {});
  }
  await passed(2 * openMs);
  let reached = 0;
  let refused = 0;
  let slowestMs = 0;
  async function probe(): Promise<number> {
    reached++;
    await passed(probeMs);
    return 1;
  }
  await Promise.all(Array.from({ length: callers }, async () => {
    const begunAt = performance.now();
    try {
      await guarded(probe);
    } catch {
      refused++;
      slowestMs = Math.max(slowestMs, performance.now() - begunAt);
    }
  }));
  return { reached, refused, slowestMs };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
