import assert from "node:assert/strict";
import { column, view } from "@headwater/core";
import { accountDefinition, accountView } from "./account_view.ts";
import {
  append,
  appendMany,
  caughtUp,
  limitMs,
  projectionTests,
  pureFold,
  randomOf,
  rebuilt,
  tableRows,
  until,
} from "./test_bed.ts";

projectionTests("generations", async (step) => {
  await step("a rebuild is built beside, verified and switched to", async (bed) => {
    const { log, sql, start } = bed;
    await appendMany(log, { count: 300, random: randomOf(21) });
    await using one = await start([accountView]);
    await caughtUp(one, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
    await rebuilt(sql, accountView);
    await caughtUp(one, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });

  await step(
    "another version is asked what is wrong with its rows before it is read",
    async (bed) => {
      const { log, sql, start } = bed;
      await appendMany(log, { count: 300, random: randomOf(22) });
      await using old = await start([accountView]);
      await caughtUp(old, { view: accountView, log });
      const rows = await tableRows(accountView, sql);
      const wrong = rows.slice(3, 6).map(({ accountId }) => accountId);
      const broken = view({
        ...accountDefinition,
        version: 2,
        columns: { ...accountDefinition.columns, doubled: column.integer() },
        key: accountView.key,
        evolve(row, event, key) {
          const next = accountView.evolve(row, event, key);
          return next && { ...next, doubled: wrong.includes(key) ? -1 : 2 * next.balance };
        },
        verify({ before, after }) {
          if (!before || !after) return "it has no such row";
          const is = after.doubled / 2;
          return is === before.balance ? undefined : `half of it is ${is}, not ${before.balance}`;
        },
      });
      await using young = await start([broken]);
      await until(() => young.status().some(({ state }) => state === "ready"));
      const [found] = await sql`
      select verdict, switches from projection_generation where generation = 2`;
      const { differing, note, examples } = found!.verdict;
      assert.deepEqual([found!.switches, differing], [false, 3]);
      assert.equal(note, `the version is another: ${rows.length} rows before, ${rows.length} now`);
      assert.deepEqual(
        examples.map(({ key, objection }: Record<string, string>) => [key, objection]),
        rows.slice(3, 6).map(({ accountId, balance }) => [
          accountId,
          `half of it is -0.5, not ${balance}`,
        ]),
      );
      const position = await append(log, "account-1", { type: "Deposited", data: { amount: 1 } });
      const { reached } = await old.wait(accountView, { position, waitMs: limitMs });
      assert.ok(reached);
      assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
    },
  );

  await step(
    "another version that folds the same columns otherwise takes over by itself",
    async (bed) => {
      const { log, sql, start } = bed;
      await appendMany(log, { count: 300, random: randomOf(23) });
      {
        await using old = await start([accountView]);
        await caughtUp(old, { view: accountView, log });
      }
      const { key, evolve } = accountView;
      const other = view({
        ...accountDefinition,
        version: 2,
        key,
        evolve(row, event, key) {
          const next = evolve(row, event, key);
          return next && { ...next, label: "the same" };
        },
      });
      await using young = await start([other]);
      await caughtUp(young, { view: other, log });
      assert.deepEqual(await tableRows(other, sql), await pureFold(other, log));
    },
  );
});
