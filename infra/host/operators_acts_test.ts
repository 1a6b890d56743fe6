import assert from "node:assert/strict";
import { acts, eventLog, silentLog } from "@headwater/core";
import { connect, migrate, startThrowAwayPostgres } from "@headwater/postgres";
import { type Process, processMigrations, processRecords } from "@headwater/sagas";
import { actsRecord } from "./acts_record/acts_record.ts";
import { operatorsActs } from "./operators_acts.ts";

const fulfilment = { name: "fulfilment" } as Process;

const heard = {
  position: 7,
  mark: { log: crypto.randomUUID(), position: 7, id: crypto.randomUUID() },
};

Deno.test("a stuck process is listed with its step, a finished one is not, one that stands still with its cause until it is to hear again", async () => {
  await using postgres = await startThrowAwayPostgres();
  const sql = connect({ url: postgres.url, name: "test", logger: silentLog });
  const log = eventLog.memoryLog();
  const looks: boolean[] = [];
  const { sagas = [] } = operatorsActs((act) => {
    looks.push(act.changes);
    return Promise.resolve({
      databases: [{ service: "order", views: [], sagas: [fulfilment], sql }],
      record: actsRecord(log),
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
    await migrate(sql, { service: "order", migrations: processMigrations });
    const records = processRecords(sql, "fulfilment");
    const instances = new Map([["stuck", { finished: false }], ["done", { finished: true }]]);
    assert.ok(await records.save({ from: undefined, to: heard, instances }));
    await records.note("stuck", {
      ...{ state: "stuck", step: "charge-payment", target: "payment", command: "ChargePayment" },
      ...{ cause: "no such thing", sent: 1, outstanding: ["charge-payment"] },
    });

    const { code, printed } = await run("list", "--json");
    assert.equal(code, 0);
    const [first, ...others] = JSON.parse(printed);
    assert.deepEqual(others, []);
    assert.deepEqual(
      { ...first, startedAt: "", since: "", answeredAt: "", waitsMs: 0, ageMs: 0 },
      {
        id: "stuck",
        type: "fulfilment",
        definition: "fulfilment",
        state: "stuck",
        isCompensating: false,
        step: "charge-payment",
        target: "payment",
        command: "ChargePayment",
        since: "",
        waitsMs: 0,
        sent: 1,
        cause: "no such thing",
        answeredAt: "",
        startedAt: "",
        ageMs: 0,
        keys: ["stuck"],
      },
    );
    const left = { heard, stopped: undefined, unfinished: ["stuck"] };
    assert.deepEqual(await records.load(), left);

    const words = await run("list");
    assert.match(
      words.printed,
      /stuck +fulfilment stuck +charge-payment \(payment ChargePayment\) for .*, sent once .* no such thing/,
    );
    assert.equal((await run("free", "stuck")).code, 2);
    assert.deepEqual(looks, [false, false, false]);
    const retried = await run("retry", "stuck");
    assert.equal(retried.code, 2);
    assert.match(retried.printed, /^Cannot retry "stuck": "fulfilment" takes no acts/);

    await records.stop("it is another log");
    assert.deepEqual(await records.load(), { ...left, stopped: "it is another log" });
    const [stopped, ...rest] = JSON.parse((await run("list", "--json")).printed);
    assert.deepEqual(
      { ...stopped, startedAt: "", since: "", waitsMs: 0, ageMs: 0 },
      {
        id: "fulfilment",
        type: "fulfilment",
        definition: "fulfilment",
        state: "stopped",
        isCompensating: false,
        step: null,
        target: null,
        command: null,
        since: "",
        waitsMs: 0,
        sent: 0,
        cause: "it is another log",
        answeredAt: null,
        startedAt: "",
        ageMs: 0,
        keys: ["fulfilment"],
      },
    );
    assert.deepEqual(rest.map(({ id }: { id: string }) => id), ["stuck"]);
    assert.match((await run("list")).printed, /^stopped +fulfilment .* it is another log\n/);

    const unknown = await run("rehear", "shipment");
    assert.deepEqual([unknown.code, unknown.printed], [
      2,
      'Cannot rehear "shipment": known are fulfilment\n',
    ]);
    assert.match((await run("rehear", "fulfilment")).printed, /"fulfilment" hears the log again/);
    assert.equal((await run("list", "--json")).printed, "[]\n");
    const nothing = {
      heard: { position: -1, mark: undefined },
      stopped: undefined,
      unfinished: [],
    };
    assert.deepEqual(await records.load(), nothing);
    assert.equal((await run("rehear", "--json")).printed, '{"names":["fulfilment"]}\n');
    assert.deepEqual(looks.slice(-2), [false, true]);
  } finally {
    await sql.end();
  }
});
