import { policy } from "@headwater/resilience";
import { percentile } from "./measure.ts";

/** What `hanging_calls.ts` prints. */
export type HangingCalls = {
  /** Milliseconds that they waited beyond their deadlines: one in a hundred longer than that, and the last of them. */
  readonly p99Ms: number;
  readonly latestMs: number;
  /** By so many for each call the heap is larger in the end than it was after a fifth of them. */
  readonly bytes: number;
};

/** Collects what nobody refers to: there with `--v8-flags=--expose-gc`. */
declare const gc: () => void;

const calls = 100_000;
const inFlight = 500;
/** Milliseconds that each of them may take. */
const tryMs = 20;

if (import.meta.main) {
  const line = `${JSON.stringify(await hangingCalls())}\n`;
  await Deno.stdout.write(new TextEncoder().encode(line));
}

/** A hundred thousand calls to an upstream that never answers. */
async function hangingCalls(): Promise<HangingCalls> {
  const stack = policy.policyStack("hangs", {
    ...{ tryMs, breaker: { isOn: false } },
    bulkhead: { running: inFlight, leastRunning: inFlight },
  });
  const waitedMs = new Float64Array(calls);
  let ended = 0;
  let early = 0;
  for (let done = 0; done < calls; done += inFlight) {
    await Promise.all(Array.from({ length: inFlight }, async () => {
      const begunAt = performance.now();
      try {
        await stack.execute(() => new Promise<never>(() => {}));
      } catch {
        waitedMs[ended++] = performance.now() - begunAt - tryMs;
      }
    }));
    if (done === calls / 5) early = heap();
  }
  const bytes = Math.max(0, heap() - early) / (calls * 4 / 5);
  const waited = [...waitedMs];
  return { p99Ms: percentile(waited, 0.99), latestMs: percentile(waited, 1), bytes };
}

function heap(): number {
  gc();
  return Deno.memoryUsage().heapUsed;
}
