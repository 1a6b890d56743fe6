import assert from "node:assert/strict";
import { acts } from "@headwater/core";
import { projectionsActs, type ProjectionsContext } from "@headwater/projections";
import type { Sql } from "postgres";
import { accountView } from "./account_view.ts";
import {
  append,
  appendMany,
  caughtUp,
  limitMs,
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
      generation: 1,
      state: "live",
      since: status.since,
      cause: null,
      lagMs: 0,
      caughtUp: true,
      position,
      version: 1,
      needsRebuild: false,
      parkedKeys: 0,
      progress: null,
      owner: status.owner,
    });
    const { text } = await run(sql, ["status"]);
    assert.match(
      text,
      /^SERVICE +NAME +GEN +STATE .*\nbank +accounts +1 +live +\S+ +- +1 +1 +\S+\n$/,
    );
  });

  await step(
    "shows it as long as somebody watches: what is new, or on a terminal all",
    async (bed) => {
      const { log, sql, start } = bed;
      await using projections = await start([accountView]);
      await append(log, "account-a", deposit);
      await caughtUp(projections, { view: accountView, log });
      for (const isTerminal of [true, false]) {
        const enough = new AbortController();
        let text = "";
        const watching = acts.operatorsCommand(projectionsActs, ["status", "--watch"], {
          context: { databases: [{ service: "bank", sql, views: [accountView] }] },
          print: (more) => text += more,
          isTerminal,
          signal: enough.signal,
        });
        const position = await append(log, "account-a", deposit);
        await until(() => new RegExp(`live .* ${position} +1 +process-`).test(text) || text);
        enough.abort();
        assert.equal(await watching, 0);
        assert.equal(text.includes("\x1b[2J"), isTerminal);
        assert.ok(isTerminal || text.match(/SERVICE/g)!.length === 1);
      }
    },
  );

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

  await step("says that nobody builds what it has begun", async ({ log, sql, start }) => {
    {
      await using projections = await start([accountView]);
      await append(log, "account-a", deposit);
      await caughtUp(projections, { view: accountView, log });
    }
    const { text, code } = await run(sql, ["rebuild", "accounts"], { patienceMs: 300 });
    assert.match(text, /Generation 2 of "accounts" is begun: no worker builds it now/);
    assert.equal(code, 1);
    const again = await run(sql, ["rebuild", "accounts"]);
    assert.match(again.text, /generation 2 is building already: wait, or abort it/);
    assert.equal(again.code, 2);
  });

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
      const { code, text } = await run(sql, ["rebuild", "accounts"], { isTerminal });
      assert.match(text, /Rebuilt "accounts" in \d+\.\d s: generation 2 is read\n$/);
      assert.equal(code, 0);
      assert.equal(text.includes("\r"), isTerminal);
      assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
    });
  }

  await step("shows what differs from what is read, and lets operators decide", async (bed) => {
    const { log, sql, start } = bed;
    await append(log, "account-a", deposit);
    await append(log, "account-b", deposit);
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    await sql`update account set balance = -1 where account_id = 'b'`;
    await sql`delete from account where account_id = 'a'`;
    const balances = async () => (await tableRows(accountView, sql)).map(({ balance }) => balance);

    const built = await run(sql, ["rebuild", "accounts"]);
    assert.equal(built.code, 1);
    assert.match(built.text, /2 rows differ from what is read, at position 2:/);
    assert.match(built.text, /"a"\n +read +no row\n +built +\{.*"balance":1/);
    assert.match(built.text, /"b"\n +read +\{.*"balance":-1.*\}\n +built +\{.*"balance":1/);
    assert.deepEqual(await balances(), [-1]);
    const status = await run(sql, ["status"]);
    assert.match(status.text, /accounts +2 +ready .* 2 rows differ from those that are read/);

    assert.equal((await run(sql, ["switch", "accounts"])).code, 0);
    assert.deepEqual(await balances(), [1, 1]);
    assert.match((await run(sql, ["switch", "accounts"])).text, /1 is retired, 2 is live/);
    const position = await append(log, "account-b", deposit);
    const back = await run(sql, ["rollback", "accounts"]);
    assert.equal(back.text, 'Generation 1 of "accounts" is read, generation 2 is retired\n');
    await projections.wait(accountView, { position, waitMs: limitMs });
    assert.deepEqual(await balances(), [0]);
    assert.equal((await run(sql, ["rollback", "accounts"])).code, 0);
    assert.deepEqual(await balances(), [1, 2]);
    assert.match((await run(sql, ["drop", "accounts"])).text, /^Dropped generation 1 of/);
    const none = await run(sql, ["rollback", "accounts"]);
    assert.deepEqual(none, {
      code: 2,
      text: 'Cannot rollback "accounts": no generation is retired: 2 is live\n',
    });
    for (const act of ["switch", "rollback", "drop", "abort"]) {
      assert.match((await run(sql, [act, "accounts"])).text, /no generation .*: 2 is live/);
    }
  });

  await step("builds without switching, and drops what is not wanted", async (bed) => {
    const { log, sql, start } = bed;
    await append(log, "account-a", deposit);
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    const { code, text } = await run(sql, ["rebuild", "accounts", "--no-switch", "--json"]);
    assert.equal(code, 0);
    const { generation, isDone, verdict } = JSON.parse(text);
    assert.deepEqual([generation, isDone, verdict.differing, verdict.position], [2, true, 0, 1]);
    assert.match((await run(sql, ["rebuild", "accounts"])).text, /is ready already: switch/);
    assert.match((await run(sql, ["abort", "accounts"])).text, /^Dropped generation 2 of/);
    assert.equal((await run(sql, ["abort", "accounts"])).code, 2);
    assert.equal((await run(sql, ["drop", "accounts"])).code, 2);
  });

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
    }
    const { text } = await run(sql, ["status", "--json"], { databases });
    const states = JSON.parse(text).map(({ state, position }: Record<string, unknown>) => [
      state,
      position,
    ]);
    assert.deepEqual(states, [["stopped", 200], ["stopped", 200], ["stopped", null]]);
    assert.equal((await sql`select 1 from pg_class where relname = 'b'`).length, 0);
  });

  await step("says of what it has built and is not read that it can be given up", async (bed) => {
    const { log, sql } = bed;
    await append(log, "account-a", deposit);
    await using projections = await bed.start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    await sql`update account set balance = -1`;
    const rebuild = projectionsActs.find(({ name }) => name === "rebuild")!;
    const { isDone, ended, undo } = await rebuild.run({ name: "accounts" }, {
      databases: [{ service: "bank", sql, views: [accountView] }],
      ...{ signal: new AbortController().signal, progress() {} },
    });
    assert.deepEqual([isDone, ended, undo?.name], [false, "refused", "abort"]);
    assert.equal((await run(sql, ["abort", "accounts"])).code, 0);
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
    assert.equal(text, 'Cannot rebuild "accounts": its service has not run here yet\n');
  });

  await step("explains itself", async ({ sql }) => {
    assert.equal((await run(sql, ["--help"])).code, 0);
    assert.match((await run(sql, ["--help"])).text, /^Usage:\n {2}status/);
    assert.equal((await run(sql, [])).code, 2);
    assert.match(
      (await run(sql, ["rebuild"])).text,
      /^Cannot understand "rebuild"\n {2}NAME is missing\nUsage:/,
    );
    assert.match((await run(sql, ["change", "accounts"])).text, /^Cannot understand "change /);
  });
});
