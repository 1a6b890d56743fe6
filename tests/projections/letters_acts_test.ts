import assert from "node:assert/strict";
import { acts, type View } from "@headwater/core";
import { projectionsActs, type ProjectionsContext } from "@headwater/projections";
import type { Sql } from "postgres";
import { accountView } from "./account_view.ts";
import { breakableView, deposit, rename } from "./breakable_view.ts";
import {
  append,
  caughtUp,
  projectionTests,
  pureFold,
  statusOf,
  tableRows,
  type TestBed,
  until,
} from "./test_bed.ts";

type Ran = { readonly code: number; readonly text: string };

/** Runs a command and gives its exit code and what it printed. */
async function run(
  sql: Sql,
  words: readonly string[],
  { views = [accountView], ...reach }: Partial<ProjectionsContext> & {
    readonly views?: readonly View[];
  } = {},
): Promise<Ran> {
  let text = "";
  const code = await acts.operatorsCommand(projectionsActs, ["letters", ...words], {
    context: { databases: [{ service: "bank", sql, views }], patienceMs: 30_000, ...reach },
    print: (more) => text += more,
    isTerminal: false,
  });
  return { code, text };
}

/** Three parked events of account `a`, one of `b`; none of `c`. */
async function parkSome({ log }: TestBed): Promise<void> {
  await append(log, "account-a", deposit(1));
  await append(log, "account-a", rename);
  await append(log, "account-b", rename);
  await append(log, "account-a", deposit(2));
  await append(log, "account-c", deposit(3));
  await append(log, "account-a", deposit(4));
}

projectionTests("letters on the command line", async (step) => {
  await step("are listed and shown, which changes nothing", async (bed) => {
    const { log, sql, start } = bed;
    assert.deepEqual(await run(sql, ["list"]), { code: 0, text: "Nothing is parked\n" });
    const { view } = breakableView();
    await parkSome(bed);
    await using projections = await start([view]);
    await caughtUp(projections, { view, log });
    const listed = JSON.parse((await run(sql, ["list", "--json"])).text);
    assert.deepEqual(
      listed.map((letter: Record<string, unknown>) => [letter.key, letter.position, letter.class]),
      [["a", 2, "threw"], ["a", 4, "behind"], ["a", 6, "behind"], ["b", 3, "threw"]],
    );
    const [{ id, parkedAt, recordedAt, ...first }] = listed;
    assert.ok(Date.now() - Date.parse(parkedAt) < 60_000 && Date.parse(recordedAt) > 0);
    assert.deepEqual(first, {
      ...{ service: "bank", name: "accounts", generation: 1, key: "a", byStream: false },
      ...{ class: "threw", cause: "labels are not understood", attempts: 1 },
      ...{ stream: "account-a", revision: 1, type: "Renamed", position: 2 },
      ...{ due: null, reason: null, droppedAt: null },
    });
    const { text } = await run(sql, ["list"]);
    assert.match(text, /^4 letters, 2 parked keys\naccounts:\d+ {2}"a" {2}event 1 \("Renamed"\) /);
    assert.equal(JSON.parse((await run(sql, ["list", "b", "--json"])).text).length, 1);
    const shown = JSON.parse((await run(sql, ["show", id, "--json"])).text);
    assert.deepEqual([shown.id, shown.behind, shown.event.data], [id, 2, { label: "x" }]);
    assert.match((await run(sql, ["show", id])).text, /"label": "x"/);
    for (const wrong of ["accounts:999", "accounts", "bills:1"]) {
      assert.deepEqual(await run(sql, ["show", wrong]), {
        code: 2,
        text: `Cannot show letter "${wrong}": there is none\n`,
      });
    }
    const status = await acts.operatorsCommand(projectionsActs, ["status", "--json"], {
      context: { databases: [{ service: "bank", sql, views: [accountView] }] },
      print: (line) => assert.equal(JSON.parse(line)[0].parkedKeys, 2),
      isTerminal: false,
    });
    assert.equal(status, 0);
  });

  await step("are applied in order once the view can, and to try in vain is told", async (bed) => {
    const { log, sql, start } = bed;
    const { view, mend } = breakableView();
    await parkSome(bed);
    await using projections = await start([view]);
    await caughtUp(projections, { view, log });
    assert.deepEqual(await run(sql, ["retry", "a"]), {
      code: 1,
      text: '"a" of "accounts": 0 events applied, 3 still parked: labels are not understood\n',
    });
    const retry = projectionsActs.find(({ name }) => name === "letters retry")!;
    const { isDone, ended } = await retry.run({ all: true }, {
      databases: [{ service: "bank", sql, views: [accountView] }],
      ...{ patienceMs: 30_000, signal: new AbortController().signal, progress() {} },
    });
    assert.deepEqual([isDone, ended], [false, "failed"]);
    mend();
    assert.deepEqual(await run(sql, ["retry", "a"]), {
      code: 0,
      text: '"a" of "accounts": 3 events applied\n',
    });
    assert.equal(statusOf(projections, "accounts").parkedKeys, 1);
    assert.deepEqual(await run(sql, ["retry", "a"]), {
      code: 2,
      text: 'Cannot retry "a": nothing is parked under it\n',
    });
    const all = JSON.parse((await run(sql, ["retry", "--all", "--json"])).text);
    assert.deepEqual([all.isDone, all.keys.length, all.keys[0].events], [true, 1, 1]);
    assert.deepEqual(await run(sql, ["retry", "--all"]), { code: 0, text: "Nothing is parked\n" });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });

  await step("are applied once from two terminals, while events go on coming", async (bed) => {
    const { log, sql, start } = bed;
    const { view, mend } = breakableView();
    for (let account = 0; account < 20; account++) {
      await append(log, `account-${account}`, rename);
      for (let count = 0; count < 5; count++) await append(log, `account-${account}`, deposit(1));
    }
    await using projections = await start([view]);
    await caughtUp(projections, { view, log });
    mend();
    const [one, other] = await Promise.all([
      run(sql, ["retry", "--all"]),
      run(sql, ["retry", "--all", "--json"]),
      ...Array.from("0123456789", (account) => append(log, `account-${account}`, deposit(7))),
    ]) as [Ran, Ran];
    assert.deepEqual([one.code, other.code], [0, 0], `${one.text} ${other.text}`);
    await caughtUp(projections, { view, log });
    await until(() => statusOf(projections, "accounts").parkedKeys === 0);
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });

  await step("are applied once, though the worker is cut off while it does so", async (bed) => {
    const { log, sql, start } = bed;
    const { view, mend } = breakableView();
    await parkSome(bed);
    await using projections = await start([view]);
    await caughtUp(projections, { view, log });
    mend();
    // It gets stuck in its statement, and then loses its connection
    const locking = sql.unsafe(`
      do $$ begin
        perform 1 from account where account_id = 'a' for update;
        perform pg_sleep(60);
      end $$`).catch(() => {});
    const inActivity = (condition: string, act = "pid") =>
      until(async () => {
        const found = await sql.unsafe(`select ${act} from pg_stat_activity where ${condition}`);
        return found.length > 0;
      });
    await inActivity("wait_event = 'PgSleep'");
    const retrying = run(sql, ["retry", "a"]);
    const isStuck = "wait_event_type = 'Lock'";
    await inActivity(isStuck, "pg_terminate_backend(pid)");
    await inActivity("wait_event = 'PgSleep'", "pg_cancel_backend(pid)");
    await locking;
    assert.deepEqual(await retrying, { code: 0, text: '"a" of "accounts": 3 events applied\n' });
    await caughtUp(projections, { view, log });
    const [row] = await tableRows(accountView, sql);
    assert.deepEqual([row.balance, row.lastRevision], [7, 3]);
  });

  await step("are given up with a reason, all of a key or only the first", async (bed) => {
    const { log, sql, start } = bed;
    const { view } = breakableView();
    await parkSome(bed);
    const said: string[] = [];
    const warn = (message: string, fields?: unknown) =>
      said.push(`${message} ${JSON.stringify(fields)}`);
    const logger = { debug() {}, info() {}, error() {}, warn };
    await using projections = await start([view], { logger });
    await caughtUp(projections, { view, log });
    assert.equal((await run(sql, ["drop", "a"])).code, 2, "there must be a reason");
    assert.deepEqual(await run(sql, ["drop", "x", "--reason", "y"]), {
      code: 2,
      text: 'Cannot drop "x": nothing is parked under it\n',
    });
    // The next is that the event before it is lacking
    const first = await run(sql, ["drop", "a", "--first", "--reason", "no labels here"]);
    assert.equal(first.code, 1);
    assert.match(first.text, /1 event done with, 2 still parked: Cannot go from revision 0 to 2\n/);
    const all = await run(sql, ["drop", "a", "--reason", "all of it"]);
    assert.deepEqual(all, { code: 0, text: '"a" of "accounts": 2 events dropped\n' });
    assert.equal(statusOf(projections, "accounts").parkedKeys, 1);
    const { text } = await run(sql, ["list", "a", "--dropped"]);
    assert.deepEqual(text.match(/(?<=Z: ).*/g), ["no labels here", "all of it", "all of it"]);
    assert.match(said.at(-1)!, /given up .*"key":"a","events":2,"reason":"all of it"/);
    assert.equal((await tableRows(accountView, sql))[0].balance, 1);
  });

  await step("are tried by the act itself where no worker runs", async (bed) => {
    const { log, sql, start } = bed;
    const { view, mend } = breakableView();
    await parkSome(bed);
    {
      await using projections = await start([view]);
      await caughtUp(projections, { view, log });
    }
    const alone = await run(sql, ["retry", "a"], { views: [view], patienceMs: 300 });
    assert.deepEqual(alone, {
      code: 1,
      text: '"a" of "accounts": no worker does it now, its service does so when it runs\n',
    });
    mend();
    const { code, text } = await run(sql, ["retry", "--all"], { views: [view], log });
    assert.deepEqual([code, text.split("\n").length], [0, 3], text);
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });

  await step("are not understood without a key, and of no other view", async ({ sql }) => {
    assert.deepEqual(await run(sql, ["retry"]), {
      code: 2,
      text: "Cannot retry: say which KEY, or --all\n",
    });
    assert.deepEqual(await run(sql, ["list", "--view", "bills"]), {
      code: 2,
      text: 'Cannot list letters of "bills": known are accounts\n',
    });
  });
});
