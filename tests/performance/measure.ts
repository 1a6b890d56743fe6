import type { BenchmarkCase, CaseResult, Figure, Pace } from "./benchmark.ts";

/**
 * Measures a case, a result for each of its figures: warm-up, then rounds in which everyone takes part in turn, so that
 * all see the same weather.
 */
export async function measure(
  { headwater, twin, others = {}, also = [], ...figure }: BenchmarkCase,
  { rounds, msPerRound, isCold = false }: Pace,
): Promise<CaseResult[]> {
  const contenders = Object.entries({ headwater, ...(twin && { twin }), ...others })
    .map(([contender, run]) => ({ contender, run, values: [] as (readonly number[])[] }));
  if (!isCold) { for (const { run } of contenders) await run(msPerRound / 2); }
  for (let round = 0; round < rounds; round++) {
    for (const { run, values } of contenders) values.push([await run(msPerRound)].flat());
    // Who goes first changes from round to round.
    contenders.reverse();
  }
  return [figure, ...also].map(({ name, unit, summary = "median" }: Figure, index) => {
    const results = new Map(contenders.map(({ contender, values }) => {
      const own = values.map((value) => value[index]!);
      return [contender, rounded(summary === "median" ? median(own) : Math.max(...own))];
    }));
    const peers = Object.keys(others).map((other) => [other, results.get(other)!] as const);
    return {
      case: name,
      unit,
      headwater: results.get("headwater")!,
      ...(twin && { twin: results.get("twin")! }),
      ...(peers.length > 0 && { peers: Object.fromEntries(peers) }),
    };
  });
}

/** How often a second `work` is done when `inFlight` of it are always under way. */
export async function ratePerSecond(
  work: () => Promise<unknown>,
  { ms, inFlight }: { readonly ms: number; readonly inFlight: number },
): Promise<number> {
  const start = performance.now();
  let done = 0;
  async function goOn(): Promise<void> {
    while (performance.now() - start < ms) {
      await work();
      done++;
    }
  }
  await Promise.all(Array.from({ length: inFlight }, goOn));
  return done / (performance.now() - start) * 1000;
}

/** The longest that the event loop stood still while `work` was going on, in ms. */
export async function longestStall(work: () => Promise<unknown>): Promise<number> {
  const everyMs = 5;
  let longest = 0;
  let last = performance.now();
  // An own timer: the runtime's histogram of event-loop delay is a stub.
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - everyMs);
    last = now;
  }, everyMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return Math.max(longest, performance.now() - last - everyMs);
}

/** The value that a share of all values does not exceed; 0.99 for p99. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Three digits that count. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
