import assert from "node:assert/strict";
import type { View } from "@headwater/core";
import { type AccountEvent, accountEvents, type AccountRow, accountView } from "./account_view.ts";
import {
  append,
  caughtUp,
  projectionTests,
  pureFold,
  tableRows,
  type TestProjections,
  until,
} from "./test_bed.ts";

type LabelRow = { account_id: string; label: string };

const labelView: View<LabelRow, AccountEvent> = {
  name: "labels",
  version: 1,
  table: "label",
  columns: "account_id text primary key, label text not null check (label <> 'refused')",
  keyColumn: "account_id",
  reads: [accountEvents],
  key: (event) => event.type === "Renamed" ? event.stream : undefined,
  evolve: (_row, { stream, data }) => ({
    account_id: stream,
    label: (data as { label: string }).label,
  }),
};

projectionTests("a read model that cannot take an event", async (step) => {
  await step("says which, and goes on once it can", async ({ log, sql, start }) => {
    let isBroken = true;
    const view: View<AccountRow, AccountEvent> = {
      ...accountView,
      evolve(row, event) {
        if (isBroken && event.type === "Renamed") throw new Error("labels are not understood");
        return accountView.evolve(row, event);
      },
    };
    await using projections = await start([view, labelView]);
    await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    await append(log, "account-a", { type: "Renamed", data: { label: "x" } });
    const last = await append(log, "account-a", { type: "Deposited", data: { amount: 2 } });
    await until(() => statusOf(projections, "accounts").state === "failing");
    const failing = statusOf(projections, "accounts");
    assert.equal(
      failing.cause,
      'Cannot apply event 1 ("Renamed") of stream "account-a" to "accounts": labels are not understood',
    );
    assert.equal(failing.caughtUp, false);
    const [check] = projections.checks;
    await assert.rejects(async () => await check?.check(new AbortController().signal), /Cannot/);

    await until(() => statusOf(projections, "labels").position === last);
    assert.equal(statusOf(projections, "labels").state, "live");
    assert.equal((await tableRows(view, sql))[0].balance, 1);
    const [stored] = await sql`
      select state, cause, position from projection_checkpoint where name = 'accounts'`;
    assert.deepEqual({ ...stored }, { state: "failing", cause: failing.cause, position: last - 2 });

    isBroken = false;
    await caughtUp(projections, { view, log });
    assert.deepEqual(await tableRows(view, sql), await pureFold(accountView, log));
  });

  await step("names the one that PostgreSQL refuses among many", async (bed) => {
    const { log, sql, start } = bed;
    // More than go into one statement.
    for (let count = 0; count < 2_500; count++) {
      await append(log, `account-${count}`, {
        type: "Renamed",
        data: { label: count === 1_777 ? "refused" : "fine" },
      });
    }
    await using projections = await start([labelView]);
    await until(() =>
      /event 0 \("Renamed"\) of stream "account-1777"/.test(
        statusOf(projections, "labels").cause ?? "",
      )
    );
    assert.equal((await tableRows(labelView, sql)).length, 1_777);
    await sql`alter table label drop constraint label_label_check`;
    await caughtUp(projections, { view: labelView, log });
    assert.equal((await tableRows(labelView, sql)).length, 2_500);
  });

  await step("names one that does not fit its schema", async ({ log, start }) => {
    await append(log, "account-a", { type: "Deposited", data: { amount: "much" } });
    await using projections = await start([accountView]);
    await until(() => statusOf(projections, "accounts").state === "failing");
    assert.match(
      statusOf(projections, "accounts").cause ?? "",
      /^Cannot apply event 0 \("Deposited"\) of stream "account-a" to "accounts": Cannot read/,
    );
  });
});

function statusOf(projections: TestProjections, name: string) {
  return projections.status().find((status) => status.name === name)!;
}
