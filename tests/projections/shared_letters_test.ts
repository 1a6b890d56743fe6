import assert from "node:assert/strict";
import { accountView } from "./account_view.ts";
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

projectionTests("parked keys of a read model that two processes run", async (step) => {
  await step("are known to both, and tried by the one that has it, whoever asks", async (bed) => {
    const { log, sql, start } = bed;
    const { view, mend } = breakableView();
    await using one = await start([view]);
    await using other = await start([view]);
    await append(log, "account-a", rename);
    await append(log, "account-b", deposit(1));
    for (const projections of [one, other]) {
      await caughtUp(projections, { view, log });
      assert.equal(await projections.isParked(view, "a"), true);
      assert.equal(await projections.isParked(view, "b"), false);
      assert.equal(statusOf(projections, "accounts").parkedKeys, 1);
    }
    mend();
    await one[Symbol.asyncDispose]();
    await sql`update projection_letter set due = 'retry'`;
    await until(() => statusOf(other, "accounts").parkedKeys === 0);
    await append(log, "account-a", deposit(2));
    await caughtUp(other, { view, log });
    assert.deepEqual(await tableRows(view, sql), await pureFold(accountView, log));
  });

  await step("are there again after somebody has dropped the table of letters", async (bed) => {
    const { log, sql, start } = bed;
    const { view } = breakableView();
    await using projections = await start([view]);
    await append(log, "account-a", deposit(1));
    await caughtUp(projections, { view, log });
    await sql`drop table projection_letter`;
    await append(log, "account-b", rename);
    await append(log, "account-a", deposit(2));
    await caughtUp(projections, { view, log });
    assert.deepEqual(await letters(sql), ["b: 2 threw 1"]);
  });
});
