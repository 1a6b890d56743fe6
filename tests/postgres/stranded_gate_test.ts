import { deepEqual, match, rejects } from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { connect, migrate, startThrowAwayPostgres } from "@headwater/postgres";
import {
  gateStranded,
  listInstances,
  processMigrations,
  processRecords,
  type Standing,
} from "@headwater/sagas";

Deno.test("instances whose version a release lacks keep it from starting, by their ids, or are stuck until one has it", async () => {
  await using server = await startThrowAwayPostgres();
  await using stack = new AsyncDisposableStack();
  const sql = connect({ url: server.url, name: "test", logger: silentLog });
  stack.defer(() => sql.end());
  await migrate(sql, { service: "shop", migrations: processMigrations });
  const records = processRecords(sql, "checkout");
  const waits = { ...{ step: null, target: null, command: null }, isCompensating: false, keys: [] };
  const at = { finished: false, waits, outstanding: 0, dueAt: new Date(0).toISOString() };
  await records.save({
    ...{ from: undefined, to: undefined },
    instances: new Map<string, Standing>([
      ["one", { ...at, version: 1 }],
      ["two", { ...at, version: 1 }],
      ["new", { ...at, version: 3 }],
      // As releases left it that knew of no versions
      ["old", at],
    ]),
  });
  async function gate(versions: readonly number[], isAllowed = false): Promise<void> {
    const processes = [{ name: "checkout", versions }, { name: "welcome" }];
    await gateStranded(sql, { processes, isAllowed, logger: silentLog });
  }
  const stuck = async () => {
    const all = await listInstances(sql);
    return all.filter(({ state }) => state === "stuck").map(({ id, cause }) => `${id}: ${cause}`);
  };
  await gate([1, 2, 3]);
  await rejects(gate([2, 3]), (error: Error) => {
    match(error.message, /^Cannot start: 2 instances run by versions that this release lacks\n/);
    match(error.message, /\n {2}checkout@1: one, two\n/);
    match(error.message, /--allow-stranded/);
    return true;
  });
  await rejects(gate([1, 2]), /1 instance runs by .*\n {2}checkout@3: new\n/);
  deepEqual(await stuck(), []);
  deepEqual((await records.load()).unfinished, []);

  await gate([2, 3], true);
  const cause = "it runs by version 1, which this release lacks";
  deepEqual(await stuck(), [`one: ${cause}`, `two: ${cause}`]);
  deepEqual((await records.due(new Date().toISOString(), [...Array(16).keys()])).toSorted(), [
    "new",
    "old",
  ]);
  // They are looked at when a process starts, which may have their version again
  deepEqual((await records.load()).unfinished.toSorted(), ["one", "two"]);
});
