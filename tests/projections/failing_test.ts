import assert from "node:assert/strict";
import { column, view } from "@headwater/core";
import { accountDefinition, accountEvents, accountView } from "./account_view.ts";
import {
  append,
  caughtUp,
  projectionTests,
  pureFold,
  statusOf,
  tableRows,
  until,
} from "./test_bed.ts";

const labelView = view({
  name: "labels",
  version: 1,
  table: "label",
  reads: [accountEvents],
  columns: { accountId: column.text(), label: column.text() },
  primaryKey: "accountId",
  key: (event) => event.type === "Renamed" ? event.stream : undefined,
  evolve: (_row, { stream, data }) =>
    "label" in data ? { accountId: stream, label: data.label } : undefined,
});

/** No key may be parked. */
const stopping = { mostParkedKeys: 0 };

projectionTests("a read model that cannot take an event, and may not park it,", async (step) => {
  await step("says which, and goes on once it can", async ({ log, sql, start }) => {
    let isBroken = true;
    const brokenView = view({
      ...accountDefinition,
      key: accountView.key,
      evolve(row, event, key) {
        if (isBroken && event.type === "Renamed") throw new Error("labels are not understood");
        return accountView.evolve(row, event, key);
      },
    });
    await using projections = await start([brokenView, labelView], stopping);
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
    assert.equal((await tableRows(brokenView, sql))[0].balance, 1);
    const [stored] = await sql`
      select state, cause, position from projection_generation where name = 'accounts'`;
    assert.deepEqual({ ...stored }, { state: "failing", cause: failing.cause, position: last - 2 });

    isBroken = false;
    await caughtUp(projections, { view: brokenView, log });
    assert.deepEqual(await tableRows(brokenView, sql), await pureFold(accountView, log));
  });

  await step("names the one that PostgreSQL refuses among many", async (bed) => {
    const { log, sql, start } = bed;
    {
      await using _made = await start([labelView]);
    }
    await sql`alter table label__1 add constraint refusal check (label <> 'refused')`;
    // More than go into one statement.
    for (let count = 0; count < 2_500; count++) {
      await append(log, `account-${count}`, {
        type: "Renamed",
        data: { label: count === 1_777 ? "refused" : "fine" },
      });
    }
    await using projections = await start([labelView], stopping);
    await until(() =>
      /event 0 \("Renamed"\) of stream "account-1777"/.test(
        statusOf(projections, "labels").cause ?? "",
      )
    );
    assert.equal((await tableRows(labelView, sql)).length, 1_777);
    await sql`alter table label__1 drop constraint refusal`;
    await caughtUp(projections, { view: labelView, log });
    assert.equal((await tableRows(labelView, sql)).length, 2_500);
  });

  await step("names one whose row would come back as another", async ({ log, sql, start }) => {
    await using projections = await start([accountView], stopping);
    await append(log, "account-a", { type: "Renamed", data: { label: "fine" } });
    const amount = Number.MAX_SAFE_INTEGER;
    await append(log, "account-b", { type: "Deposited", data: { amount } });
    await append(log, "account-b", { type: "Deposited", data: { amount } });
    await append(log, "account-c", { type: "Renamed", data: { label: "fine" } });
    await until(() => {
      const { cause } = statusOf(projections, "accounts");
      const expected =
        'Cannot apply event 1 ("Deposited") of stream "account-b" to "accounts": Cannot keep row "b" of "accounts": "balance" is no safe integer';
      return cause === expected || `the cause is ${cause}`;
    });
    // What came before it is there, and nothing that came after it.
    const rows = await tableRows(accountView, sql);
    assert.deepEqual(rows.map(({ accountId, lastRevision }) => [accountId, lastRevision]), [
      ["a", 0],
      ["b", 0],
    ]);
  });

  await step("takes in a text that PostgreSQL would not, made storable", async (bed) => {
    const { log, sql, start } = bed;
    await append(log, "account-b", { type: "Renamed", data: { label: "half \ud800" } });
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    assert.deepEqual((await tableRows(accountView, sql)).map(({ label }) => label), [
      "half \ufffd",
    ]);
  });

  await step("names one that does not fit its schema", async ({ log, start }) => {
    await append(log, "account-a", { type: "Deposited", data: { amount: "much" } });
    await using projections = await start([accountView], stopping);
    await until(() => statusOf(projections, "accounts").state === "failing");
    assert.match(
      statusOf(projections, "accounts").cause ?? "",
      /^Cannot apply event 0 \("Deposited"\) of stream "account-a" to "accounts": Cannot read/,
    );
  });
});
