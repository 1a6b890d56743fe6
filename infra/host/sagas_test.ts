import assert from "node:assert/strict";
import { processMigration, processRecords } from "@headwater/sagas";
import { silentLog } from "@headwater/core";
import { connect, migrate, startThrowAwayPostgres } from "@headwater/postgres";
import { sagasCommand } from "./sagas.ts";

Deno.test("a stuck process is listed with its step, a finished one is not", async () => {
  await using postgres = await startThrowAwayPostgres();
  const sql = connect({ url: postgres.url, name: "test", logger: silentLog });
  try {
    await migrate(sql, { service: "order", migrations: [processMigration] });
    const records = processRecords(sql, "fulfilment");
    const instances = new Map(
      [["stuck", false], ["done", true]].map(([id, finished]) =>
        [id as string, { finished: finished as boolean }] as const
      ),
    );
    await records.save({ position: 7, instances });
    await records.note("stuck", { state: "stuck", step: "charge-payment", cause: "no such thing" });
    let printed = "";
    const options = {
      databases: [{ service: "order", views: [], sql }],
      print: (text: string) => printed += text,
      now: Date.now,
    };

    assert.equal(await sagasCommand(["list", "--json"], options), 0);

    const [first, ...others] = JSON.parse(printed);
    assert.deepEqual(others, []);
    assert.deepEqual(
      { ...first, startedAt: "", ageMs: 0 },
      {
        id: "stuck",
        type: "fulfilment",
        definition: "fulfilment",
        state: "stuck",
        step: "charge-payment",
        startedAt: "",
        ageMs: 0,
        keys: ["stuck"],
      },
    );
    assert.deepEqual(await records.load(), { position: 7, unfinished: ["stuck"] });

    printed = "";
    assert.equal(await sagasCommand(["list"], options), 0);
    assert.match(printed, /stuck +fulfilment stuck +charge-payment .* no such thing/);
    assert.equal(await sagasCommand(["free", "stuck"], options), 2);
  } finally {
    await sql.end();
  }
});
