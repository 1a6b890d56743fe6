import { time } from "@headwater/core";
import { createBreaker, createBulkhead, policy, withDeadline } from "@headwater/resilience";
import type { Benchmark, BenchmarkCase, OpenBenchmark } from "./benchmark.ts";
import { callCost } from "./call_cost.ts";
import { callers, herd, openMs } from "./half_open.ts";
import { startConversing } from "./conversing_process.ts";
import { overloadCase } from "./resilience_overload.ts";
import type { HangingCalls } from "./hanging_calls.ts";

/**
 * What policies around a function cost that answers at once: each alone, and all of them together, beside the bare function
 * (the twin). What half-open circuits let through, of a thousand callers at once. Calls that hang for ever.
 */
export const resilienceBench: Benchmark = {
  name: "resilience",
  pace: { rounds: 9, msPerRound: 300 },
  open: () => Promise.resolve(open()),
};

/** Takes a signal, as each of them does. */
function bare(signal: AbortSignal): Promise<number> {
  return Promise.resolve(signal.aborted ? 0 : 1);
}

const { signal } = new AbortController();
const clock = time.realClock;

function open(): OpenBenchmark {
  const query = { isRepeatable: true, changesNothing: true };
  const stack = policy.policyStack("bench");
  const hedging = policy.policyStack("bench", { hedge: { isOn: true } });
  const breaker = createBreaker("bench", { probeMs: 2_000, clock });
  const bulkhead = createBulkhead("bench", { clock });
  const budget = policy.retryBudget({ now: clock.now });
  const retry = {
    ...{ tries: 3, shortestPauseMs: 100, throttledPauseMs: 500, longestPauseMs: 2_000 },
    ...{ budget, signal, clock, random: Math.random },
  };
  const times = policy.hedgeTimes({ percentile: 0.95, minimumAnswers: 20, leastMs: 20 });
  const stale = policy.staleAnswers<string>({ sizeOf: ({ length }) => length, now: clock.now });
  return {
    cases: [
      cost("stack", () => stack.execute(bare, query)),
      cost("stack, hedging", () => hedging.execute(bare, query)),
      cost("deadline", () => withDeadline(bare, { ms: 2_000, what: "Cannot call", clock })),
      cost("retry", () => policy.withRetry(() => bare(signal), retry)),
      cost("bulkhead", () => bulkhead.execute(() => bare(signal), signal)),
      cost("breaker", () => breaker.execute(() => bare(signal))),
      cost("hedge", () => policy.withHedge(bare, { times, budget, signal, clock })),
      cost(
        "fallback",
        () => policy.withFallback(async () => String(await bare(signal)), { stale, key: "key" }),
      ),
      halfOpen(),
      overloadCase(),
      {
        name: "hang, waited beyond the deadline",
        unit: "ms p99",
        also: [
          { name: "hang, the last of 100,000", unit: "ms" },
          { name: "hang, heap grown", unit: "bytes/call" },
        ],
        pace: { rounds: 1, msPerRound: 0, isCold: true },
        headwater: hanging,
      },
    ],
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function cost(name: string, call: () => Promise<unknown>): BenchmarkCase {
  return {
    name,
    unit: "µs/call",
    also: [{ name: `${name}, allocated`, unit: "bytes/call" }],
    headwater: (ms) => callCost(call, ms),
    twin: (ms) => callCost(() => bare(signal), ms),
  };
}

/** In a process of its own, with a heap that holds nothing else. */
async function hanging(): Promise<readonly number[]> {
  await using process = startConversing({
    args: ["--v8-flags=--expose-gc", `${import.meta.dirname}/hanging_calls.ts`],
  });
  const { p99Ms, latestMs, bytes } = await process.heard() as HangingCalls;
  return [p99Ms, latestMs, bytes];
}

function halfOpen(): BenchmarkCase {
  return {
    name: `half-open, reach the upstream of ${callers}`,
    unit: "calls",
    also: [
      { name: "half-open, refused", unit: "calls" },
      { name: "half-open, slowest refusal", unit: "ms" },
    ],
    pace: { rounds: 9, msPerRound: 0 },
    async headwater() {
      const stack = policy.policyStack("bench", {
        breaker: { openMs, jitter: 0 },
        isFailure: () => true,
      });
      const { reached, refused, slowestMs } = await herd((act) => stack.execute(act));
      return [reached, refused, slowestMs];
    },
  };
}
