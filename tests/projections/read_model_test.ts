import assert from "node:assert/strict";
import { accountView } from "./account_view.ts";
import { append, caughtUp, projectionTests, pureFold, tableRows } from "./test_bed.ts";

projectionTests("read models", async (step) => {
  await step("hold what their view makes of the log", async ({ log, sql, start }) => {
    await append(log, "account-a", { type: "Deposited", data: { amount: 5 } });
    await using projections = start([accountView]);
    await append(log, "account-b", { type: "Deposited", data: { amount: 7 } });
    await append(log, "account-a", { type: "Renamed", data: { label: "x \"y\" \\ 'z'\n€" } });
    await append(log, "account-c", { type: "Deposited", data: { amount: 1 } });
    await append(log, "account-c", { type: "Closed", data: {} });
    await caughtUp(projections, { view: accountView, log });
    const rows = await tableRows(accountView, sql);
    assert.equal(rows.length, 2);
    assert.deepEqual(rows, await pureFold(accountView, log));
  });
});
