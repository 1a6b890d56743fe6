import { defineEvents, type EventLog, type EventOf, silentLog } from "@headwater/core";
import { openEventLog } from "@headwater/event-store";
import { connect, migrate } from "@headwater/postgres";
import { type Process, processMigrations, processRecords, startProcess } from "@headwater/sagas";
import { setTimeout } from "node:timers/promises";
import type { Sql } from "postgres";
import { z } from "zod";
import { type TimersWork, type TimersWorked, wait } from "./timers_work.ts";

const reminderEvents = defineEvents("reminder", {
  ReminderAsked: z.object({ id: z.string(), dueAt: z.iso.datetime() }),
});
const remindingEvents = defineEvents("reminding", {
  Waited: z.object({ id: z.string(), dueAt: z.iso.datetime() }),
  Reminded: z.object({ id: z.string(), dueAt: z.iso.datetime() }),
});

type State = { readonly id: string; readonly dueAt: string; readonly isReminded: boolean };

/** Waits for a time that is asked for, and notes that it has come. */
const reminding: Process<
  EventOf<typeof reminderEvents>,
  EventOf<typeof remindingEvents>,
  State | undefined
> = {
  name: "reminding",
  inputs: [reminderEvents],
  events: remindingEvents,
  initialState: undefined,
  key: ({ data }) => data.id,
  react: ({ data }, state) => state ? [] : [{ type: "Waited", data }],
  notice: (notice, state) =>
    notice.type === "TimerFired" && state && !state.isReminded
      ? [{ type: "Reminded", data: { id: state.id, dueAt: state.dueAt } }]
      : [],
  evolve: (_, { type, data }) => ({ ...data, isReminded: type === "Reminded" }),
  timers: (state) => state && !state.isReminded ? [{ name: "remind", dueAt: state.dueAt }] : [],
  outstanding: () => [],
  finished: (state) => state?.isReminded === true,
};

const lookEveryMs = 20;
/** So many are due in `wait`, one every so many milliseconds, from a second on. */
const due = 1_000;
const everyMs = 10;

/** A process manager whose instances wait, in a process of its own. */
async function contend(
  { what, log: path, databaseUrl, instances }: TimersWork,
): Promise<TimersWorked> {
  await using log = openEventLog({ path });
  await using stack = new AsyncDisposableStack();
  const logger = silentLog;
  // As the host does for processes
  const sql = connect({
    ...{ url: databaseUrl, name: "bench", max: 4, byKeys: true, patienceMs: 15_000, logger },
  });
  stack.defer(() => sql.end());
  await migrate(sql, { service: "bench", migrations: processMigrations });
  const before = memory();
  const startedAt = performance.now();
  const runtime = stack.use(startProcess({
    ...{ process: reminding, log, logger, random: Math.random },
    client: { call: () => Promise.reject(new Error("Nobody is asked for anything")) },
    records: processRecords(sql, reminding.name),
  }));
  await healthy(() => runtime.check.check(AbortSignal.timeout(60_000)));
  if (what === "take in") await waiting(sql, instances);
  const startedMs = performance.now() - startedAt;
  const lateMs = what === "take in" ? [] : await remind(log);
  const after = memory();
  const heapGrewMb = after.heapMb - before.heapMb;
  return { startedMs, grewMb: after.rssMb - before.rssMb, heapGrewMb, lateMs };
}

async function healthy(check: () => Promise<unknown>): Promise<void> {
  while (await check().then(() => false, () => true)) await setTimeout(lookEveryMs);
}

/** Resolves when so many are on record. */
async function waiting(sql: Sql, instances: number): Promise<void> {
  for (let found = 0; found < instances;) {
    await setTimeout(lookEveryMs * 10);
    const [row] = await sql<{ found: number }[]>`
      select count(*)::float8 as found from process_instance where due_at is not null`;
    found = row?.found ?? 0;
  }
}

/** Has some more wait, for times that come soon; how late each of them was noted to have come. */
async function remind(log: EventLog): Promise<readonly number[]> {
  const first = Date.now() + 1_000;
  const lateMs: number[] = [];
  const end = new AbortController();
  const watching = (async () => {
    const after = await log.head();
    for await (
      const { events } of log.subscribe({
        ...{ after, categories: [reminding.name], signal: end.signal },
      })
    ) {
      for (const recorded of events) {
        const event = remindingEvents.decode(recorded);
        if (event?.type !== "Reminded") continue;
        lateMs.push(Date.parse(recorded.recordedAt) - Date.parse(event.data.dueAt));
        if (lateMs.length === due) return;
      }
    }
  })();
  for (let at = 0; at < due; at += 100) {
    await Promise.all(Array.from({ length: 100 }, async (_, n) => {
      const dueAt = new Date(first + (at + n) * everyMs).toISOString();
      const { stream, event } = wait(crypto.randomUUID(), dueAt);
      await log.append(stream, [event], { expected: "no-stream" });
    }));
  }
  await watching;
  end.abort();
  return lateMs;
}

/** Without what may be collected, as far as V8 gives that back. */
function memory(): { readonly rssMb: number; readonly heapMb: number } {
  (globalThis as { gc?: () => void }).gc?.();
  const { rss, heapUsed } = Deno.memoryUsage();
  return { rssMb: rss / 1e6, heapMb: heapUsed / 1e6 };
}

if (import.meta.main) {
  const done = await contend(JSON.parse(Deno.args[0]!));
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(done)}\n`));
}
