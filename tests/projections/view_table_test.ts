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

  await step("has the indexes of its version, as the next one has its own", async (bed) => {
    const { log, sql, start } = bed;
    {
      await using projections = await start([accountView]);
      await caughtUp(projections, { view: accountView, log });
    }
    const { key, evolve } = accountView;
    const indexes = [["balance"], ["label", "changedAt"]] as const;
    const more = view({ ...accountDefinition, version: 2, indexes, key, evolve });
    await using projections = await start([more]);
    await caughtUp(projections, { view: more, log });
    assert.deepEqual(await indexesOf("account__1"), ["account_id", "balance"]);
    assert.deepEqual(await indexesOf("account__2"), ["account_id", "balance", "label,changed_at"]);

    async function indexesOf(table: string) {
      const found = await sql`
        select string_agg(attname, ',' order by attnum) as columns
        from pg_attribute where attrelid in (
          select indexrelid from pg_index where indrelid = ${table}::text::regclass
        ) group by attrelid order by columns`;
      return found.map(({ columns }) => columns);
    }
  });

  await step("is not that of a definition which changed and kept its version", async (bed) => {
    const { log, start } = bed;
    {
      await using projections = await start([accountView]);
      await caughtUp(projections, { view: accountView, log });
    }
    const { key } = accountView;
    const columns = { ...accountDefinition.columns, movements: column.text(), more: column.text() };
    const changed = view({ ...accountDefinition, columns, key, evolve: () => undefined });
    await assert.rejects(start([changed]), {
      name: "DefinitionRefused",
      message:
        'Cannot run view "accounts": its definition has changed, and is still of version 1: ' +
        'column "more" (text) is new; column "movements" was bigint, is text. Raise its version',
    });
  });

  await step("says what is wrong with it where it was changed by hand", async (bed) => {
    const { log, sql, start } = bed;
    await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    await sql`alter table account__1 rename column movements to moves`;
    await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    await until(() => projections.status()[0]?.state === "failing");
    await until(() =>
      projections.status()[0]?.cause ===
        'Cannot use table "account__1" of view "accounts": it has no column "movements" of type bigint'
    );
    await sql`alter table account__1 rename column moves to movements`;
    await caughtUp(projections, { view: accountView, log });
  });
});
