import { fileURLToPath } from "node:url";
import { basename, join, resolve } from "node:path";
import { silentLog } from "@headwater/core";
import {
  dropDatabase,
  type EmbeddedPostgres,
  ensureDatabase,
  startEmbeddedPostgres,
} from "@headwater/postgres";
import type { Benchmark, BenchmarkCase, BenchmarkOptions, OpenBenchmark } from "./benchmark.ts";
import { cpuTime } from "./cpu_time.ts";
import { percentile } from "./measure.ts";
import { writeHistory } from "./write_history.ts";
import type { ProjectionWork, ProjectionWorked } from "./projection_work.ts";
import { startEmbeddedStore } from "./store_process.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const usualEvents = 1_000_000;
const largeEvents = 5_000_000;
const liveEvents = 50_000;
const lagEvents = 2_500;
const perSecond = 500;

type Contender = { readonly script: string; readonly checkout: string };
type Worked = ProjectionWorked & { readonly postgresMs: number };

const twin: Contender = { script: "projection_twin.ts", checkout: root };
const clientAlone: Contender = { script: "client_reader.ts", checkout: root };

/**
 * The order view, each contender in a process of its own that begins cold, on one durable PostgreSQL: filled from a
 * history of 1 million events (`--events=N`; 5 million too with `--large`), following a log into which as much is
 * appended as it takes, and one that gets 500 events a second.
 */
export const projectionsBench: Benchmark = {
  name: "projections",
  pace: { rounds: 3, msPerRound: 0, isCold: true },
  open,
};

async function open(
  { beside, events = usualEvents, isLarge = false }: BenchmarkOptions,
): Promise<OpenBenchmark> {
  await using opening = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "headwater-bench-" });
  opening.defer(() => Deno.remove(folder, { recursive: true }));
  // PostgreSQL's own user has to pass through it
  await Deno.chmod(folder, 0o711);
  const server = opening.use(
    await startEmbeddedPostgres({ directory: join(folder, "postgres"), logger: silentLog }),
  );
  const bed: Bed = { folder, server, histories: new Map(), count: 0 };
  const contenders = {
    own: { script: "projection_contender.ts", checkout: root },
    ...(beside !== undefined && {
      other: { script: "projection_contender.ts", checkout: resolve(beside) },
    }),
  };
  const measured = (work: Work, valuesOf: (worked: Worked) => readonly number[]) => {
    const measurement = (contender: Contender) => async () =>
      valuesOf(await run(bed, contender, work));
    return {
      headwater: measurement(contenders.own),
      twin: measurement(twin),
      ...(contenders.other && {
        others: { [basename(contenders.other.checkout)]: measurement(contenders.other) },
      }),
    };
  };
  const costs = ({ events, ms, cpuMs, postgresMs, grewMb }: Worked) => [
    events / ms * 1_000,
    cpuMs / events * 1_000,
    postgresMs / events * 1_000,
    grewMb,
  ];
  const costsOf = (name: string) => [
    { name: `${name}, CPU`, unit: "µs/event" },
    { name: `${name}, CPU of PostgreSQL`, unit: "µs/event" },
    { name: `${name}, memory grew by`, unit: "MB" },
  ];
  const rebuild = (name: string, events: number): BenchmarkCase => ({
    name,
    unit: "events/s",
    also: costsOf(name),
    ...measured({ what: "rebuild", events }, costs),
  });
  const throughClient = (events: number): BenchmarkCase => {
    const name = "rebuild through the client";
    const reading = { what: "read", events, isRemote: true } as const;
    const { headwater, others } = measured({ ...reading, what: "rebuild" }, costs);
    const reads = (contender: Contender) => async () => costs(await run(bed, contender, reading));
    return {
      ...{ name, unit: "events/s", also: costsOf(name), headwater },
      // Our reading when nothing is done with it, which is quicker than the client's own
      twin: reads(contenders.own),
      others: { ...others, "client alone": reads(clientAlone) },
    };
  };
  const done = opening.move();
  return {
    cases: [
      rebuild("rebuild", events),
      ...(isLarge ? [rebuild("rebuild large", largeEvents)] : []),
      throughClient(events),
      {
        name: "live",
        unit: "events/s",
        also: costsOf("live").slice(0, 2),
        ...measured({ what: "live", events: liveEvents }, (worked) => costs(worked).slice(0, 3)),
      },
      {
        name: "lag",
        unit: "ms p50",
        also: [{ name: "lag", unit: "ms p99" }],
        ...measured({ what: "lag", events: lagEvents, perSecond }, ({ lagsMs = [] }) => [
          percentile(lagsMs, 0.5),
          percentile(lagsMs, 0.99),
        ]),
      },
    ],
    [Symbol.asyncDispose]: () => done.disposeAsync(),
  };
}

type Work = Pick<ProjectionWork, "what" | "events" | "perSecond"> & {
  /** Read through the client of an event store that has the history. */
  readonly isRemote?: boolean;
};

type Bed = {
  readonly folder: string;
  readonly server: EmbeddedPostgres;
  /** Folders, by how many events there are. */
  readonly histories: Map<number, string>;
  count: number;
};

async function run(bed: Bed, { script, checkout }: Contender, work: Work): Promise<Worked> {
  await using stack = new AsyncDisposableStack();
  const { isRemote = false, ...rest } = work;
  const name = `bench_${++bed.count}`;
  const isHistory = work.what === "rebuild" || work.what === "read";
  const folder = isHistory ? await historyOf(bed, work.events) : join(bed.folder, name);
  if (!isHistory) stack.defer(() => Deno.remove(folder, { recursive: true }));
  const database = { adminUrl: bed.server.url, name, logger: silentLog };
  const databaseUrl = await ensureDatabase(database);
  stack.defer(() => dropDatabase(database));
  const log = isRemote
    ? stack.use(await startEmbeddedStore(folder)).connectionString
    : join(folder, "events.sqlite");
  const given: ProjectionWork = { ...rest, log, databaseUrl };
  const before = await cpuTime(Deno.pid);
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--no-check", "--allow-all"],
      `--config=${join(checkout, "deno.json")}`,
      fileURLToPath(new URL(script, import.meta.url)),
      JSON.stringify(given),
    ],
    cwd: checkout,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure "${script}" of "${checkout}": it failed`);
  const after = await cpuTime(Deno.pid);
  const worked: ProjectionWorked = JSON.parse(new TextDecoder().decode(stdout));
  return { ...worked, postgresMs: after.postgres - before.postgres };
}

/** The folder with a history of so many events, written when it is wanted first. */
async function historyOf({ folder, histories }: Bed, events: number): Promise<string> {
  const known = histories.get(events);
  if (known !== undefined) return known;
  const place = join(folder, `history-${events}`);
  await writeHistory(join(place, "events.sqlite"), { events });
  histories.set(events, place);
  return place;
}
