import assert from "node:assert/strict";
import { acts } from "@headwater/core";
import { projectionsActs, type ProjectionsContext } from "@headwater/projections";
import type { Sql } from "postgres";
import { accountView } from "./account_view.ts";
import {
  append,
  appendMany,
  caughtUp,
  projectionTests,
  pureFold,
  randomOf,
  tableRows,
  until,
} from "./test_bed.ts";

const deposit = { type: "Deposited", data: { amount: 1 } };

/** Runs a command and gives its exit code and what it printed. */
async function run(
  sql: Sql,
  args: readonly string[],
  { isTerminal = false, ...reach }: Partial<ProjectionsContext> & {
    readonly isTerminal?: boolean;
  } = {},
): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await acts.operatorsCommand(projectionsActs, args, {
    context: { databases: [{ service: "bank", sql, views: [accountView] }], ...reach },
    print: (more) => text += more,
    isTerminal,
  });
  return { code, text };
}

projectionTests("the command line", async (step) => {
  await step("shows how the read models are", async ({ log, sql, start }) => {
    await using projections = await start([accountView]);
    const position = await append(log, "account-a", deposit);
    await caughtUp(projections, { view: accountView, log });
    const json = await run(sql, ["status", "--json"], { head: () => log.head() });
    assert.equal(json.code, 0);
    const [status, ...others] = JSON.parse(json.text);
    assert.deepEqual(others, []);
    assert.ok(Math.abs(Date.now() - Date.parse(status.since)) < 60_000);
    assert.deepEqual(status, {
      service: "bank",
      name: "accounts",
      state: "live",
      since: status.since,
      cause: null,
      lagMs: 0,
      caughtUp: true,
      position,
      version: 1,
      needsRebuild: false,
      parkedKeys: 0,
    });
    const { text } = await run(sql, ["status"]);
    assert.match(text, /^SERVICE +NAME +STATE .*\nbank +accounts +live +\S+ +- +1 +1\n$/);
  });

  await step("knows that the log went on without a worker", async ({ log, sql, start }) => {
    {
      await using projections = await start([accountView]);
      await append(log, "account-a", deposit);
      await caughtUp(projections, { view: accountView, log });
    }
    await append(log, "account-a", deposit);
    const { text } = await run(sql, ["status", "--json"], { head: () => log.head() });
    const [status] = JSON.parse(text);
    assert.deepEqual([status.state, status.caughtUp, status.position], ["stopped", false, 1]);
  });

  await step(
    "takes a worker whose statement is long for one that works",
    async ({ log, sql, start }) => {
      {
        await using projections = await start([accountView]);
        await append(log, "account-a", deposit);
        await caughtUp(projections, { view: accountView, log });
      }
      const rebuilding = run(sql, ["rebuild", "accounts"], { patienceMs: 300 });
      await until(async () => {
        const [found] = await sql`select filling from projection_checkpoint`;
        return found?.filling === true;
      });
      // As a worker's: one statement that moves the checkpoint, and nothing is heard of it before its end
      await sql`
      with moved as (update projection_checkpoint set filling = false where name = 'accounts' returning name)
      select name, pg_sleep(2) from moved`;
      const { code, text } = await rebuilding;
      assert.match(text, /Rebuilt "accounts"/);
      assert.equal(code, 0);
      const { text: alone, code: none } = await run(sql, ["rebuild", "accounts"], {
        patienceMs: 300,
      });
      assert.match(alone, /no worker fills it now/);
      assert.equal(none, 1);
    },
  );

  await step("shows read models that never ran, and databases that are away", async ({ sql }) => {
    const { text } = await run(sql, ["status", "--json"]);
    const [status] = JSON.parse(text);
    assert.deepEqual([status.state, status.since, status.position], ["stopped", null, null]);
    assert.equal(status.cause, "Its service has not run here yet");
  });

  for (const isTerminal of [true, false]) {
    await step(`rebuilds, ${isTerminal ? "" : "not "}on a terminal`, async (bed) => {
      const { log, sql, start } = bed;
      await appendMany(log, { count: 200, random: randomOf(31) });
      await using projections = await start([accountView]);
      await caughtUp(projections, { view: accountView, log });
      await sql`update account set balance = -1`;
      const { code, text } = await run(sql, ["rebuild", "accounts"], { isTerminal });
      assert.equal(code, 0);
      assert.match(text, /Rebuilt "accounts" in \d+\.\d s\n$/);
      assert.equal(text.includes("\r"), isTerminal);
      const wrong = await sql`select 1 from account where balance = -1`;
      assert.equal(wrong.length, 0);
    });
  }

  await step("rebuilds by itself what it is asked for, where no worker runs", async (bed) => {
    const { log, sql } = bed;
    await appendMany(log, { count: 200, random: randomOf(32) });
    const databases = [
      { service: "bank", sql, views: [accountView, { ...accountView, name: "b", table: "b" }] },
    ];
    for (const round of ["the first time", "again"]) {
      const { code, text } = await run(sql, ["rebuild", "accounts", "--json"], { databases, log });
      assert.deepEqual([code, JSON.parse(text).isDone], [0, true], round);
      assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
      await sql`update account set balance = -1`;
    }
    const { text } = await run(sql, ["status", "--json"], { databases });
    const states = JSON.parse(text).map(({ state, position }: Record<string, unknown>) => [
      state,
      position,
    ]);
    assert.deepEqual(states, [["stopped", 200], ["stopped", null]]);
    assert.equal((await sql`select 1 from pg_class where relname = 'b'`).length, 0);
  });

  await step("changes nothing by a look", async ({ sql }) => {
    const schema = () => sql`select relname from pg_class where relname !~ '^pg_' order by 1`;
    const before = await schema();
    assert.equal((await run(sql, ["status"])).code, 0);
    assert.deepEqual(await schema(), before);
  });

  await step("says which read models there are when it is asked for another", async ({ sql }) => {
    assert.deepEqual(await run(sql, ["rebuild", "acounts"]), {
      code: 2,
      text: 'Cannot rebuild "acounts": known are accounts\n',
    });
  });

  await step("says why it cannot rebuild", async ({ sql }) => {
    const { code, text } = await run(sql, ["rebuild", "accounts"]);
    assert.equal(code, 1);
    assert.equal(text, 'Cannot rebuild "accounts": relation "account" does not exist\n');
  });

  await step("explains itself", async ({ sql }) => {
    assert.equal((await run(sql, ["--help"])).code, 0);
    assert.match((await run(sql, ["--help"])).text, /^Usage:\n {2}status/);
    assert.equal((await run(sql, [])).code, 2);
    assert.match((await run(sql, ["rebuild"])).text, /^Cannot understand "rebuild"\nUsage:/);
    assert.match((await run(sql, ["switch", "accounts"])).text, /^Cannot understand "switch /);
  });
});
