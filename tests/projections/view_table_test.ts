import { column, view } from "@headwater/core";
import { readPage } from "@headwater/http";
import assert from "node:assert/strict";
import { accountDefinition, accountView } from "./account_view.ts";
import { append, caughtUp, projectionTests, until } from "./test_bed.ts";

projectionTests("the table of a view", async (step) => {
  await step("is read in pages, newest first, while rows come in", async (bed) => {
    const { log, sql, start } = bed;
    await using projections = await start([accountView]);
    async function open(...amounts: readonly number[]) {
      for (const amount of amounts) {
        await append(log, `account-${amount}`, { type: "Deposited", data: { amount } });
      }
      await caughtUp(projections, { view: accountView, log });
    }
    async function page(before: number | undefined, where = {}) {
      const { rows, nextCursor } = await readPage(sql, {
        view: accountView,
        newestFirst: "balance",
        limit: 2,
        before,
        where,
      });
      return [...rows.map(({ accountId }) => accountId), nextCursor];
    }

    assert.deepEqual(await page(undefined), [null]);
    await open(1, 2, 3, 4);
    assert.deepEqual(await page(undefined), ["4", "3", "3"]);
    await open(5);
    assert.deepEqual(await page(3), ["2", "1", null]);
    assert.deepEqual(await page(undefined, { accountId: "2", movements: 1 }), ["2", null]);
    assert.deepEqual(await page(undefined, { accountId: "2", movements: 2 }), [null]);
    assert.deepEqual(await page(undefined, { accountId: undefined }), ["5", "4", "4"]);
  });

  await step("has each index once, also one that was made under another name", async (bed) => {
    const { sql, start } = bed;
    {
      await using _projections = await start([accountView]);
    }
    const made = await indexes();
    assert.deepEqual(made.map(([columns]) => columns), ["account_id", "balance"]);
    await sql`drop index account_balance_idx`;
    await sql`create index account_balance on account (balance)`;
    const more = view({
      ...accountDefinition,
      indexes: [["balance"], ["label", "changedAt"], ["accountId"]],
      key: accountView.key,
      evolve: accountView.evolve,
    });
    for (let times = 0; times < 2; times++) {
      await using _projections = await start([more]);
      assert.deepEqual(await indexes(), [
        ["account_id", "account_pkey"],
        ["balance", "account_balance"],
        ["label,changed_at", "account_label_changed_at_idx"],
      ]);
    }

    async function indexes() {
      const found = await sql`
        select string_agg(attname, ',' order by attnum) as columns, attrelid::regclass::text as name
        from pg_attribute where attrelid in (
          select indexrelid from pg_index where indrelid = 'account'::regclass
        ) group by attrelid order by columns`;
      return found.map(({ columns, name }) => [columns, name]);
    }
  });

  await step("is refused where it lacks a column, and keeps its rows", async (bed) => {
    const { log, sql, start } = bed;
    await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    {
      await using projections = await start([accountView]);
      await caughtUp(projections, { view: accountView, log });
    }
    for (
      const [name, added] of [["doubled", column.integer()], ["movements", column.text()]] as const
    ) {
      const changed = view({
        ...accountDefinition,
        columns: { ...accountDefinition.columns, [name]: added },
        key: accountView.key,
        evolve: () => undefined,
      });
      await using projections = await start([changed]);
      await until(() => projections.status()[0]?.state === "failing");
      assert.equal(
        projections.status()[0]?.cause,
        `Cannot use table "account" of view "accounts": it has no column "${name}" of type ${added.type}`,
      );
    }
    assert.equal((await sql`select from account`).length, 1);
  });
});
