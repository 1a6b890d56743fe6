import type { BenchmarkCase } from "./benchmark.ts";
import { type ConversingProcess, startConversing } from "./conversing_process.ts";
import { ratePerSecond } from "./measure.ts";

/** Times what can be done. */
const overload = 3;
/** Who has waited so long has gone, whatever is still done for them. */
const patienceMs = 1_000;
/** More than it works on at a time. */
const saturating = 16;
/** Of a hundred requests. */
const arrivals = { critical: 10, normal: 60, "best-effort": 20, bulk: 10 };
const order = Object.entries(arrivals).flatMap(([priority, count]) =>
  Array.from({ length: count }, (_, index) => ({ priority, at: index / count }))
).toSorted((one, other) => one.at - other.at).map(({ priority }) => priority);

/**
 * Three times as many requests as a service can answer come whatever becomes of those before: what is answered within a
 * second, of what it answers when it is just busy, and how much of what is critical (a tenth); with shedding and without,
 * in turn, each in a process of its own.
 */
export function overloadCase(): BenchmarkCase {
  return {
    name: "overload, answered in time at 3 × capacity",
    unit: "% of capacity",
    also: [{ name: "overload, critical ones answered in time", unit: "%" }],
    pace: { rounds: 3, msPerRound: 4_000, isCold: true },
    headwater: (ms) => overloaded(["--shed"], ms),
    others: { "without shedding": (ms) => overloaded([], ms) },
  };
}

async function overloaded(args: readonly string[], ms: number): Promise<readonly number[]> {
  await using process: ConversingProcess = startConversing({
    args: ["--allow-net", `${import.meta.dirname}/overloaded_service.ts`, ...args],
  });
  const url = String(await process.heard());
  async function capacity(): Promise<number> {
    return await ratePerSecond(async () => {
      const answer = await fetch(`${url}/normal`);
      await answer.body?.cancel();
    }, { ms: ms / 2, inFlight: saturating });
  }
  await capacity();
  const before = await capacity();
  // What it takes to get there is no part of it
  await crowd(url, { perSecond: overload * before, ms: ms / 2 });
  const { inTime, critical, came } = await crowd(url, { perSecond: overload * before, ms });
  // The machine may have been busy before: what it could do at its best counts
  const possible = Math.max(before, await capacity()) * ms / 1_000;
  return [100 * inTime / possible, 100 * critical / Math.max(1, came)];
}

async function crowd(
  url: string,
  { perSecond, ms }: { readonly perSecond: number; readonly ms: number },
): Promise<{ readonly inTime: number; readonly critical: number; readonly came: number }> {
  let inTime = 0;
  let critical = 0;
  let came = 0;
  async function ask(priority: string): Promise<void> {
    try {
      const answer = await fetch(`${url}/${priority}`, { signal: AbortSignal.timeout(patienceMs) });
      await answer.body?.cancel();
      if (!answer.ok) return;
      inTime++;
      if (priority === "critical") critical++;
    } catch {
      // Gone, or not even taken by the system
    }
  }
  const begin = performance.now();
  const underWay: Promise<void>[] = [];
  for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - begin) {
    while (underWay.length < elapsed / 1_000 * perSecond) {
      const priority = order[underWay.length % order.length]!;
      if (priority === "critical") came++;
      underWay.push(ask(priority));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(underWay);
  return { inTime, critical, came };
}
