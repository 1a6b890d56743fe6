import { openEventLog } from "@headwater/event-store";
import type { Benchmark, BenchmarkCase, OpenBenchmark } from "./benchmark.ts";
import { cpuTime } from "./cpu_time.ts";
import { percentile, ratePerSecond } from "./measure.ts";
import { bareSaga } from "./sagas_twin.ts";
import { timersCase } from "./timers_bench.ts";
import { openTripAgency } from "./trip_agency.ts";

/**
 * Sagas of three durable steps at three services, from the command that starts one until its last event is durable: one at
 * a time and 50 in flight, succeeding, and refused at the third step, so that two are compensated.
 */
export const sagasBench: Benchmark = {
  name: "sagas",
  pace: { rounds: 9, msPerRound: 1_000 },
  open,
};

const inFlight = 50;

async function open(): Promise<OpenBenchmark> {
  await using opening = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "headwater-bench-" });
  opening.defer(() => Deno.remove(folder, { recursive: true }));
  // PostgreSQL's own user has to pass through it
  await Deno.chmod(folder, 0o711);
  const agency = opening.use(await openTripAgency(folder));
  const log = opening.use(openEventLog({ path: `${folder}/twin.db` }));
  const opened = opening.move();

  function contenders(
    measurement: (saga: () => Promise<void>) => BenchmarkCase["headwater"],
    isFull: boolean,
  ): Pick<BenchmarkCase, "headwater" | "twin"> {
    return {
      headwater: measurement(() => agency.book({ isFull })),
      twin: measurement(() => bareSaga(log, { isFull })),
    };
  }
  const single = (name: string, isFull: boolean): BenchmarkCase => ({
    name,
    unit: "ms p50",
    also: [{ name, unit: "ms p99" }],
    ...contenders((saga) => (ms) => latency(saga, ms), isFull),
  });
  const rate = (name: string, isFull: boolean): BenchmarkCase => ({
    name,
    unit: "sagas/s",
    also: [{ name: `${name}, CPU`, unit: "ms/saga" }],
    ...contenders((saga) => (ms) => rateAndCpu(saga, ms), isFull),
  });
  return {
    cases: [
      single("single", false),
      single("single compensate", true),
      rate("success", false),
      rate("compensate", true),
      timersCase,
    ],
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Sagas a second, and what each takes of the processors: ours, PostgreSQL's and that of who starts them. */
async function rateAndCpu(saga: () => Promise<void>, ms: number): Promise<readonly number[]> {
  let sagas = 0;
  const before = await cpuTime(Deno.pid);
  const rate = await ratePerSecond(async () => {
    await saga();
    sagas++;
  }, { ms, inFlight });
  const after = await cpuTime(Deno.pid);
  return [rate, (after.own + after.postgres - before.own - before.postgres) / sagas];
}

/** What sagas take that begin one after the other: p50 and p99. */
async function latency(saga: () => Promise<void>, ms: number): Promise<readonly number[]> {
  const tookMs: number[] = [];
  for (const end = performance.now() + ms; performance.now() < end;) {
    const begin = performance.now();
    await saga();
    tookMs.push(performance.now() - begin);
  }
  return [percentile(tookMs, 0.5), percentile(tookMs, 0.99)];
}
