import assert from "node:assert/strict";
import { acts, silentLog } from "@headwater/core";
import { connect, migrate, startThrowAwayPostgres } from "@headwater/postgres";
import { type Process, processMigration, processRecords } from "@headwater/sagas";
import { operatorsActs } from "./operators_acts.ts";

const fulfilment = { name: "fulfilment" } as Process;

Deno.test("a stuck process is listed with its step, a finished one is not", async () => {
  await using postgres = await startThrowAwayPostgres();
  const sql = connect({ url: postgres.url, name: "test", logger: silentLog });
  const looks: boolean[] = [];
  const { sagas = [] } = operatorsActs((act) => {
    looks.push(act.changes);
    return Promise.resolve({
      databases: [{ service: "order", views: [], sagas: [fulfilment], sql }],
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  });
  async function run(...words: string[]): Promise<{ code: number; printed: string }> {
    let printed = "";
    const code = await acts.operatorsCommand(sagas, words, {
      context: {},
      print: (text) => printed += text,
      isTerminal: false,
    });
    return { code, printed };
  }
  try {
    // No process has run here yet
    assert.deepEqual(await run("list", "--json"), { code: 0, printed: "[]\n" });
    await migrate(sql, { service: "order", migrations: [processMigration] });
    const records = processRecords(sql, "fulfilment");
    const instances = new Map([["stuck", { finished: false }], ["done", { finished: true }]]);
    await records.save({ position: 7, instances });
    await records.note("stuck", { state: "stuck", step: "charge-payment", cause: "no such thing" });

    const { code, printed } = await run("list", "--json");
    assert.equal(code, 0);
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

    const words = await run("list");
    assert.match(words.printed, /stuck +fulfilment stuck +charge-payment .* no such thing/);
    assert.equal((await run("free", "stuck")).code, 2);
    assert.deepEqual(looks, [false, false, false]);
  } finally {
    await sql.end();
  }
});
