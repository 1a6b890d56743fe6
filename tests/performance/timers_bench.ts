import { fileURLToPath } from "node:url";
import { silentLog } from "@headwater/core";
import { ensureDatabase, startEmbeddedPostgres } from "@headwater/postgres";
import { AppendTwin } from "./append_twin.ts";
import type { BenchmarkCase } from "./benchmark.ts";
import { percentile } from "./measure.ts";
import { type TimersWork, type TimersWorked, wait } from "./timers_work.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const instances = 100_000;
const perWrite = 5_000;
const longMs = 24 * 3_600_000;

/**
 * 100,000 instances that wait for a time, of which a process hears first; then another is started with them, and a
 * thousand more come whose time comes soon.
 */
export const timersCase: BenchmarkCase = {
  name: "timers, late",
  unit: "ms p50",
  pace: { rounds: 1, msPerRound: 0, isCold: true },
  also: [
    { name: "timers, late", unit: "ms p99" },
    { name: "timers, start with them", unit: "ms" },
    { name: "timers, memory grew with them", unit: "MB" },
    { name: "timers, taking them in", unit: "ms" },
    { name: "timers, memory grew by taking them in", unit: "MB" },
    { name: "timers, … of which in the heap", unit: "MB" },
  ],
  async headwater() {
    const { takenIn, waited } = await measured();
    return [
      percentile(waited.lateMs, 0.5),
      percentile(waited.lateMs, 0.99),
      waited.startedMs,
      waited.grewMb,
      takenIn.startedMs,
      takenIn.grewMb,
      takenIn.heapGrewMb,
    ];
  },
};

async function measured(): Promise<{
  readonly takenIn: TimersWorked;
  readonly waited: TimersWorked;
}> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "headwater-bench-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  // PostgreSQL's own user has to pass through it
  await Deno.chmod(folder, 0o711);
  const postgres = stack.use(
    await startEmbeddedPostgres({ directory: `${folder}/postgres`, logger: silentLog }),
  );
  const databaseUrl = await ensureDatabase({
    ...{ adminUrl: postgres.url, name: "timers", logger: silentLog },
  });
  const log = `${folder}/events.db`;
  await write(log);
  const work = { log, databaseUrl, instances };
  const takenIn = await run({ ...work, what: "take in" });
  return { takenIn, waited: await run({ ...work, what: "wait" }) };
}

async function write(path: string): Promise<void> {
  using log = new AppendTwin(path);
  const begin = Date.now() + longMs;
  for (let at = 0; at < instances; at += perWrite) {
    log.write(Array.from({ length: perWrite }, (_, n) => {
      const dueAt = new Date(begin + at + n).toISOString();
      const { stream, event } = wait(crypto.randomUUID(), dueAt);
      return { stream, events: [event] };
    }));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function run(work: TimersWork): Promise<TimersWorked> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--no-check", "--allow-all", "--v8-flags=--expose-gc"],
      fileURLToPath(new URL("timers_contender.ts", import.meta.url)),
      JSON.stringify(work),
    ],
    cwd: root,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure timers: "${work.what}" failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
