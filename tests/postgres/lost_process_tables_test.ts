import { deepEqual } from "node:assert/strict";
import { type EventLog, eventLog, silentLog } from "@headwater/core";
import {
  connect,
  ensureDatabase,
  keepTables,
  openDatabase,
  pulse,
  startThrowAwayPostgres,
} from "@headwater/postgres";
import { processMigrations, processRecords, startProcess } from "@headwater/sagas";
import { giveErrand, remindMs, waiting as process } from "@headwater/sagas/testing";
import { eventually, manualClock } from "@headwater/testing";

const logger = silentLog;
const tables = [...new Set(processMigrations.flatMap(({ tables }) => tables))];

/** An input that no process can take, and that is parked. */
async function giveNonsense(log: Pick<EventLog, "append">): Promise<void> {
  const [id, commandId] = [crypto.randomUUID(), crypto.randomUUID()];
  const ids = { $correlationId: id, $causationId: id, commandId };
  const metadata = { ...ids, commandHash: "hash", schemaVersion: 1 };
  const event = { id, type: "ErrandGiven", data: { errandId: 7 }, metadata };
  await log.append("errand-nonsense", [event], { expected: "no-stream" });
}

Deno.test("a process whose tables are dropped by hand goes on, with the times that its instances wait for", async (test) => {
  await using server = await startThrowAwayPostgres();
  for (const table of tables) {
    await test.step(table, async () => {
      const url = await ensureDatabase({ adminUrl: server.url, name: table, logger });
      const migrations = processMigrations;
      const database = await openDatabase({ url, service: "shop", migrations, logger });
      await using stack = new AsyncDisposableStack();
      const kept = stack.use(keepTables({ migrate: database.migrate, service: "shop", logger }));
      const heart = pulse({ onMissed: kept.missed });
      const sql = connect({ url, name: "test", max: 4, pulse: heart, logger });
      stack.defer(() => sql.end());
      const clock = manualClock();
      const log = eventLog.memoryLog({ now: () => new Date(clock.now()) });
      const running = stack.use(startProcess({
        ...{ process, log, clock, logger, random: () => 0.5, now: () => clock.now() },
        client: { call: () => Promise.resolve(new Response(null, { status: 202 })) },
        records: processRecords(sql, process.name),
      }));
      const noted = async (errandId: string) =>
        (await Array.fromAsync(log.read(`waiting-${errandId}`))).flat().map(({ type }) => type);
      const meanwhile = (what: string, holds: () => Promise<boolean>) =>
        eventually(what, async () => {
          await clock.advance(100);
          return await holds();
        });
      const isWell = () =>
        running.check.check(new AbortController().signal).then(() => true, () => false);

      await giveErrand(log, "milk");
      await meanwhile("its being on record", async () => {
        const found = await sql`select from process_instance where due_at is not null`;
        return found.length === 1;
      });
      await sql.unsafe(`drop table ${table}`);
      await giveErrand(log, "eggs");
      await giveNonsense(log);
      await meanwhile("a new table", async () => {
        const [found] = await sql`select from pg_class where relname = ${table}`;
        return found !== undefined && await isWell();
      });
      await meanwhile("its being on record again", async () => {
        const found = await sql`select from process_instance where due_at is not null`;
        return found.length === 2;
      });
      await clock.advance(remindMs);
      for (const errandId of ["milk", "eggs"]) {
        await meanwhile("its time", async () => (await noted(errandId)).length === 2);
        deepEqual(await noted(errandId), ["Begun", "Reminded"]);
      }
    });
  }
});
