import { type Recorded, silentLog } from "@headwater/core";
import { connect, ensureDatabase, migrate, startThrowAwayPostgres } from "@headwater/postgres";
import { processMigrations, processRecords, type Standing } from "@headwater/sagas";
import { deepEqual, ok } from "node:assert/strict";

const logger = silentLog;

Deno.test("instances are summed by their states, those of other processes apart", async () => {
  await using server = await startThrowAwayPostgres();
  const url = await ensureDatabase({ adminUrl: server.url, name: "sums", logger });
  const sql = connect({ url, name: "test", logger });
  await migrate(sql, { service: "order", migrations: processMigrations });
  const records = processRecords(sql, "running");
  const states = async () =>
    Object.fromEntries((await records.sums()).map(({ state, count }) => [state, count]));
  const at = (step: string | null, isCompensating = false) => ({
    ...{ step, target: step && "messenger", command: step && "RunErrand", isCompensating },
    keys: [],
  });
  const save = (id: string, standing: Standing, by = records) =>
    by.save({ from: undefined, to: undefined, instances: new Map([[id, standing]]) });

  deepEqual(await states(), {});
  await save("milk", { finished: false, waits: at("run") });
  await save("eggs", { finished: false, waits: at("back", true) });
  await save("tea", { finished: false, waits: at(null) });
  await save("salt", {
    ...{ finished: false, waits: at("run"), stuck: { by: "state", cause: "nobody answers" } },
  });
  await save("other", { finished: false, waits: at("run") }, processRecords(sql, "walking"));
  deepEqual(await states(), {
    ...{ running: 1, compensating: 1, "waiting-for-event": 1, stuck: 1 },
  });
  await records.note("milk", {
    ...{ state: "running", step: "run", target: "messenger", command: "RunErrand" },
    ...{ cause: "not there", sent: 1, outstanding: ["run"] },
  });
  // What takes so long is waited for, whether anything was heard of it or not
  await sql`update process_instance set waiting_since = now() - interval '2 s' where id = 'eggs'`;
  deepEqual(await states(), { waiting: 2, "waiting-for-event": 1, stuck: 1 });

  await sql`
    update process_instance set started_at = now() - interval '60 s' where id = 'milk'`;
  const waiting = (await records.sums()).find(({ state }) => state === "waiting");
  ok(waiting!.oldestSeconds >= 60 && waiting!.oldestSeconds < 120, `${waiting?.oldestSeconds}`);
  await save("milk", { finished: true });
  // One that cannot take an input is stuck, and not what it was; so is one that has not begun by it
  const letter = (position: number, instance: string | undefined) => ({
    recorded: {
      ...{ id: `${position}`, stream: "errand-new", type: "ErrandRun", revision: position },
      ...{ position, recordedAt: "2026-01-02T03:04:05.006Z", data: {} },
      metadata: { schemaVersion: 1 } as Recorded["metadata"],
    },
    ...{ instance, isBehind: false, cause: "not liked" },
  });
  await records.letters.park([letter(1, "tea"), letter(2, "tea"), letter(3, undefined)]);
  deepEqual(await states(), { waiting: 1, stuck: 3 });
  await sql.end();
});
