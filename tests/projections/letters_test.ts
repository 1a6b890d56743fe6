import assert from "node:assert/strict";
import { acts, column, defineEvents, fingerprint, view } from "@headwater/core";
import { projectionsActs } from "@headwater/projections";
import type { Sql } from "postgres";
import { z } from "zod";
import { accountEvents, accountView } from "./account_view.ts";
import { breakableView, deposit, letters, rename } from "./breakable_view.ts";
import {
  append,
  caughtUp,
  projectionTests,
  pureFold,
  statusOf,
  tableRows,
  until,
} from "./test_bed.ts";

async function balances(sql: Sql): Promise<readonly unknown[]> {
  return (await tableRows(accountView, sql)).map((row) => [row.accountId, row.balance]);
}

projectionTests("an event that a read model cannot take", async (step) => {
  await step("is parked with what comes after it under its key, and others go on", async (bed) => {
    const { log, sql, start } = bed;
    const { view } = breakableView();
    await using projections = await start([view]);
    await append(log, "account-a", deposit(1));
    await append(log, "account-a", rename);
    await append(log, "account-a", deposit(2));
    await append(log, "account-b", deposit(3));
    await append(log, "account-a", deposit(4));
    await caughtUp(projections, { view, log });
    assert.deepEqual(await letters(sql), ["a: 2 threw 1", "a: 3 behind 0", "a: 5 behind 0"]);
    assert.deepEqual(await balances(sql), [["a", 1], ["b", 3]]);
    const { state, cause, caughtUp: isThere, parkedKeys } = statusOf(projections, "accounts");
    assert.deepEqual([state, cause, isThere, parkedKeys], ["live", null, true, 1]);
    assert.equal(await projections.isParked(view, "a"), true);
    assert.equal(await projections.isParked(view, "b"), false);
  });

  await step("is a warning of health, and no illness", async ({ log, start }) => {
    const { view } = breakableView();
    await append(log, "account-a", rename);
    await using projections = await start([view]);
    await caughtUp(projections, { view, log });
    const seen = await projections.checks[0]!.check(new AbortController().signal);
    assert.match(seen?.warning ?? "", /^The read model "accounts" has 1 parked key: /);
  });

  await step(
    "stays parked across restarts of the same release, and is tried by another",
    async (bed) => {
      const { log, sql, start } = bed;
      {
        const { view } = breakableView();
        await using projections = await start([view]);
        await append(log, "account-a", rename);
        await caughtUp(projections, { view, log });
      }
      {
        const { view, mend } = breakableView();
        mend();
        await using projections = await start([view]);
        await append(log, "account-a", deposit(1));
        await caughtUp(projections, { view, log });
        assert.deepEqual(await letters(sql), ["a: 1 threw 1", "a: 2 behind 0"]);
      }
      await using projections = await start([accountView]);
      await until(() => statusOf(projections, "accounts").parkedKeys === 0);
      await append(log, "account-a", deposit(2));
      await caughtUp(projections, { view: accountView, log });
      assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
    },
  );

  await step("is the one whose row PostgreSQL refuses, among many", async (bed) => {
    const { log, sql, start } = bed;
    {
      await using _made = await start([accountView]);
    }
    await sql`alter table account__1 add constraint refusal check (balance <> 13)`;
    // More than go into one statement.
    for (let count = 0; count < 2_500; count++) {
      await append(log, `account-${count % 2_400}`, deposit(count === 1_777 ? 13 : 1));
    }
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    assert.deepEqual(await letters(sql), ["1777: 1778 refused 1"]);
    await sql`update projection_letter set due = 'retry'`;
    await until(async () => (await letters(sql))[0] === "1777: 1778 refused 2");
    await append(log, "account-1777", deposit(1));
    await caughtUp(projections, { view: accountView, log });
    assert.deepEqual(await letters(sql), ["1777: 1778 refused 2", "1777: 2501 behind 0"]);
    assert.equal((await tableRows(accountView, sql)).length, 2_399);
    // Together they are no trouble, as if they had come together
    await sql`update projection_letter set due = 'retry'`;
    await until(() => statusOf(projections, "accounts").parkedKeys === 0);
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });

  await step("may have a key that no index of PostgreSQL takes", async (bed) => {
    const { log, sql, start } = bed;
    await using projections = await start([accountView]);
    // Nothing in it can be compressed
    const long = Array.from({ length: 100 }, (_, index) => fingerprint(index)).join("");
    for (const id of [long, "b", long, `${long}!`]) await append(log, `account-${id}`, deposit(1));
    await caughtUp(projections, { view: accountView, log });
    assert.deepEqual(await balances(sql), [["b", 1]]);
    assert.equal(statusOf(projections, "accounts").parkedKeys, 2);
    assert.equal(await projections.isParked(accountView, long), true);
    await sql`update projection_letter set due = 'retry'`;
    await until(async () =>
      (await letters(sql)).filter((told) => told.endsWith("refused 2")).length === 2
    );
    const short = (await letters(sql)).map((told) => told.replace(/^.*…[\w-]{43}: /, ""));
    assert.deepEqual(short, ["1 refused 2", "3 behind 0", "4 refused 2"]);
  });

  await step("stops the view where too many keys are parked, until there is room", async (bed) => {
    const { log, sql, start } = bed;
    const { view, mend } = breakableView();
    await using projections = await start([view], { mostParkedKeys: 2 });
    for (const account of ["a", "b", "c"]) await append(log, `account-${account}`, rename);
    await append(log, "account-d", deposit(1));
    await until(() => statusOf(projections, "accounts").state === "failing");
    const { cause, parkedKeys } = statusOf(projections, "accounts");
    assert.equal(parkedKeys, 2);
    assert.match(
      cause ?? "",
      /^Cannot apply event 0 .* "account-c" .*: labels are not understood; there are 2 parked keys/,
    );
    await assert.rejects(async () =>
      await projections.checks[0]!.check(new AbortController().signal)
    );
    mend();
    await caughtUp(projections, { view, log });
    await sql`update projection_letter set due = 'retry'`;
    await until(() => statusOf(projections, "accounts").parkedKeys === 0);
    assert.deepEqual(await tableRows(view, sql), await pureFold(accountView, log));
  });

  await step("goes with its table when that is filled anew", async ({ log, sql, start }) => {
    const { view, mend } = breakableView();
    await using projections = await start([view]);
    await append(log, "account-a", deposit(1));
    await append(log, "account-a", rename);
    await caughtUp(projections, { view, log });
    assert.equal(statusOf(projections, "accounts").parkedKeys, 1);
    mend();
    // Its rows differ from those that lack what is parked
    const [databases, print] = [[{ service: "bank", sql, views: [view] }], () => {}];
    const options = { context: { databases }, print, isTerminal: false };
    assert.equal(await acts.operatorsCommand(projectionsActs, ["rebuild", "accounts"], options), 1);
    assert.equal(await acts.operatorsCommand(projectionsActs, ["switch", "accounts"], options), 0);
    await until(() => statusOf(projections, "accounts").parkedKeys === 0);
    await caughtUp(projections, { view, log });
    assert.equal(await acts.operatorsCommand(projectionsActs, ["drop", "accounts"], options), 0);
    assert.deepEqual(await letters(sql), []);
    assert.deepEqual(await tableRows(view, sql), await pureFold(accountView, log));
  });

  await step("is parked where a table is filled as where it is followed", async (bed) => {
    const { log, sql, start } = bed;
    const { view } = breakableView();
    for (let count = 0; count < 500; count++) {
      await append(log, `account-${count % 10}`, count % 100 === 42 ? rename : deposit(1));
    }
    await using projections = await start([view]);
    await caughtUp(projections, { view, log });
    assert.equal((await letters(sql)).length, 46);
    assert.deepEqual(
      await balances(sql),
      Array.from("0123456789", (account) => [
        account,
        account === "2" ? 4 : 50,
      ]),
    );
  });
});

/** Earlier there was more in a `Moved`, and the row that it concerns is only told by that. */
const strictEvents = defineEvents("move", {
  Moved: z.object({ to: z.object({ place: z.string() }) }),
});
const laterEvents = defineEvents("move", {
  Moved: z.object({ to: z.union([z.string(), z.object({ place: z.string() })]) }),
});

function placesView(reads: typeof strictEvents | typeof laterEvents) {
  return view({
    name: "places",
    version: 1,
    columns: { place: column.text(), streams: column.json<readonly string[]>() },
    primaryKey: "place",
    reads: [reads as typeof laterEvents],
    key: ({ data: { to } }) => typeof to === "string" ? to.trim() : to.place.trim(),
    evolve: (row, { stream }, place) => ({ place, streams: [...row?.streams ?? [], stream] }),
  });
}

projectionTests("an event that cannot be read", async (step) => {
  await step("is parked under its key, with what is stored", async ({ log, sql, start }) => {
    await append(log, "account-a", deposit(1));
    await append(log, "account-a", { type: "Deposited", data: { amount: "much" } });
    await append(log, "account-a", deposit(2));
    await append(log, "account-b", deposit(3));
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    assert.deepEqual(await letters(sql), ["a: 2 unreadable 1", "a: 3 behind 0"]);
    assert.deepEqual(await balances(sql), [["a", 1], ["b", 3]]);
    const [stored] = await sql`select event from projection_letter where position = 2`;
    const { data, revision } = JSON.parse(stored!.event);
    assert.deepEqual([data, revision], [{ amount: "much" }, 1]);
  });

  await step("is parked under its stream where its key cannot be told", async (bed) => {
    const { log, sql, start } = bed;
    const to = (place: unknown) => ({ type: "Moved", data: { to: place } });
    const before = placesView(strictEvents);
    await append(log, "move-1", to({ place: "hall" }));
    await append(log, "move-1", to({ lost: true }));
    await append(log, "move-1", to({ place: "yard" }));
    await append(log, "move-2", to({ place: "yard" }));
    await append(log, "move-2", to({ place: "hall" }));
    {
      await using projections = await start([before]);
      await caughtUp(projections, { view: before, log });
    }
    assert.deepEqual(await letters(sql), [
      "yard: 3 behind 0",
      "yard: 4 behind 0",
      "stream move-1: 2 unreadable 1",
    ]);
    // A place that it does not stand behind is free
    assert.deepEqual(await tableRows(before, sql), [
      { place: "hall", streams: ["move-1", "move-2"] },
    ]);
    // What is stored is mended, as an upcast of a later release would
    await sql`
      update projection_letter set event = replace(event, '{"lost":true}', '"garden"')
      where position = 2`;
    await using projections = await start([{ ...placesView(laterEvents), code: "later" }]);
    await until(() => statusOf(projections, "places").parkedKeys === 0);
    assert.deepEqual(await tableRows(before, sql), [
      { place: "garden", streams: ["move-1"] },
      { place: "hall", streams: ["move-1", "move-2"] },
      { place: "yard", streams: ["move-1", "move-2"] },
    ]);
  });
});

projectionTests("a key that is parked in a view of several rows", async (step) => {
  await step("leaves the event's effect on the others, once", async ({ log, sql, start }) => {
    let isBroken = true;
    const pairView = view({
      name: "pairs",
      version: 1,
      columns: { id: column.text(), total: column.integer() },
      primaryKey: "id",
      reads: [accountEvents],
      key: ({ stream }) => [stream, "all"],
      evolve(row, event, id) {
        if (event.type !== "Deposited") return row;
        if (isBroken && id === "all" && event.data.amount === 13) throw new Error("not 13");
        return { id, total: (row?.total ?? 0) + event.data.amount };
      },
      sums: {
        table: "pair_sums",
        columns: { kind: column.text(), rows: column.integer(), amount: column.integer() },
        key: ["kind"],
        contributes: ({ id, total }) => [
          { kind: id === "all" ? "all" : "one", rows: 1, amount: total },
        ],
      },
    });
    await using projections = await start([pairView]);
    for (const amount of [1, 13, 2]) await append(log, "account-a", deposit(amount));
    await caughtUp(projections, { view: pairView, log });
    const rows = async () => (await tableRows(pairView, sql)).map(({ id, total }) => [id, total]);
    const sums = async () =>
      (await sql`select kind, amount::integer as amount from pair_sums order by kind`)
        .map(({ kind, amount }) => [kind, amount]);
    assert.deepEqual(await rows(), [["account-a", 16], ["all", 1]]);
    assert.deepEqual(await sums(), [["all", 1], ["one", 16]]);
    isBroken = false;
    await sql`update projection_letter set due = 'retry'`;
    await until(() => statusOf(projections, "pairs").parkedKeys === 0);
    assert.deepEqual(await rows(), [["account-a", 16], ["all", 16]]);
    assert.deepEqual(await sums(), [["all", 16], ["one", 16]]);
  });
});
