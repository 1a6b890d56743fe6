import { openEventLog } from "@headwater/event-store";
import type { Benchmark, BenchmarkCase, BenchmarkOptions, OpenBenchmark } from "./benchmark.ts";
import { cpuTime } from "./cpu_time.ts";
import { percentile, ratePerSecond } from "./measure.ts";
import { type SagaMeasured, startSagaRivals } from "./saga_rivals.ts";
import { bareSaga } from "./sagas_twin.ts";
import { timersCase } from "./timers_bench.ts";
import { openTripAgency } from "./trip_agency.ts";

/**
 * Sagas of three durable steps at three services, from the command that starts one until its last event is durable: one at
 * a time and 50 in flight, succeeding, and refused at the third step, so that two are compensated. Rivals take turns with
 * Headwater, so that all see the same weather.
 */
export const sagasBench: Benchmark = {
  name: "sagas",
  withoutPeers: true,
  pace: { rounds: 7, msPerRound: 1_500 },
  open,
};

const manyInFlight = 50;

async function open({ hasPeers = false }: BenchmarkOptions): Promise<OpenBenchmark> {
  await using opening = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "headwater-bench-" });
  opening.defer(() => Deno.remove(folder, { recursive: true }));
  // PostgreSQL's own user has to pass through it
  await Deno.chmod(folder, 0o711);
  const agency = opening.use(await openTripAgency(folder));
  const log = opening.use(openEventLog({ path: `${folder}/twin.db` }));
  const rivals = hasPeers ? opening.use(await startSagaRivals()) : undefined;
  const opened = opening.move();

  async function measured(
    saga: () => Promise<void>,
    { ms, inFlight }: { readonly ms: number; readonly inFlight: number },
  ): Promise<SagaMeasured> {
    const tookMs: number[] = [];
    const before = await ownCpuMs(rivals?.pid);
    const perSecond = await ratePerSecond(async () => {
      const begin = performance.now();
      await saga();
      tookMs.push(performance.now() - begin);
    }, { ms, inFlight });
    const cpuMs = await ownCpuMs(rivals?.pid) - before;
    return { perSecond, cpuMs, done: tookMs.length, tookMs };
  }
  function contenders(
    figures: (measured: SagaMeasured) => readonly number[],
    { isFull, inFlight }: { readonly isFull: boolean; readonly inFlight: number },
  ): Pick<BenchmarkCase, "headwater" | "twin" | "others"> {
    return {
      headwater: async (ms) =>
        figures(await measured(() => agency.book({ isFull }), { ms, inFlight })),
      twin: async (ms) =>
        figures(await measured(() => bareSaga(log, { isFull }), { ms, inFlight })),
      others: Object.fromEntries((rivals?.names ?? []).map((peer) => [
        peer,
        async (ms: number) => {
          const postgres = (await cpuTime(Deno.pid)).postgres;
          const { cpuMs, ...more } = await rivals!.measure({ peer, isFull, inFlight, ms });
          const postgresMs = (await cpuTime(Deno.pid)).postgres - postgres;
          return figures({ cpuMs: cpuMs + postgresMs, ...more });
        },
      ])),
    };
  }
  const single = (name: string, isFull: boolean): BenchmarkCase => ({
    name,
    unit: "ms p50",
    also: [{ name, unit: "ms p99" }],
    ...contenders(({ tookMs }) => [percentile(tookMs, 0.5), percentile(tookMs, 0.99)], {
      isFull,
      inFlight: 1,
    }),
  });
  const rate = (name: string, isFull: boolean): BenchmarkCase => ({
    name,
    unit: "sagas/s",
    also: [{ name: `${name}, CPU`, unit: "ms/saga" }],
    ...contenders(({ perSecond, cpuMs, done }) => [perSecond, cpuMs / done], {
      isFull,
      inFlight: manyInFlight,
    }),
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

/** Of this process and PostgreSQL's, without what the rivals take meanwhile. */
async function ownCpuMs(rivals: number | undefined): Promise<number> {
  const { own, postgres } = await cpuTime(Deno.pid);
  const theirs = rivals === undefined ? 0 : (await cpuTime(rivals)).own;
  return own + postgres - theirs;
}
