import assert from "node:assert/strict";
import { view } from "@headwater/core";
import type { Sql } from "postgres";
import { accountDefinition, accountView } from "./account_view.ts";
import {
  append,
  caughtUp,
  projectionTests,
  pureFold,
  statusOf,
  tableRows,
  until,
} from "./test_bed.ts";

function deposit(amount: number) {
  return { type: "Deposited", data: { amount } };
}

const rename = { type: "Renamed", data: { label: "x" } };

/** An account view that does not understand labels until it is mended. */
function breakable() {
  const state = { isBroken: true };
  const brokenView = view({
    ...accountDefinition,
    key: accountView.key,
    evolve(row, event, key) {
      if (state.isBroken && event.type === "Renamed") throw new Error("labels are not understood");
      return accountView.evolve(row, event, key);
    },
  });
  return { state, brokenView };
}

async function letters(sql: Sql) {
  const found = await sql`
    select key, position::integer as position, class, attempts from projection_letter
    where dropped_at is null order by position`;
  return found.map(({ key, position, class: kind, attempts }) =>
    `${position} ${key} ${kind} ${attempts}`
  );
}

/** What operators' acts do, until it is done. */
async function retry(sql: Sql): Promise<void> {
  await sql`update projection_letter set due = 'retry' where dropped_at is null`;
  await until(async () =>
    (await sql`select 1 from projection_letter where due is not null`).length === 0
  );
}

projectionTests("a read model that cannot take an event", async (step) => {
  await step("parks its key and what comes after it, and others go on", async (bed) => {
    const { log, sql, start } = bed;
    const { state, brokenView } = breakable();
    await using projections = await start([brokenView]);
    await append(log, "account-a", deposit(1));
    await append(log, "account-a", rename);
    await append(log, "account-a", deposit(2));
    await append(log, "account-b", deposit(3));
    await append(log, "account-a", deposit(4));
    await caughtUp(projections, { view: brokenView, log });
    assert.deepEqual(await letters(sql), ["2 a threw 1", "3 a behind 0", "5 a behind 0"]);
    const rows = await tableRows(brokenView, sql);
    assert.deepEqual(rows.map(({ accountId, balance }) => [accountId, balance]), [["a", 1], [
      "b",
      3,
    ]]);
    const [status] = projections.status();
    assert.deepEqual([status?.state, status?.parkedKeys], ["live", 1]);
    const [check] = projections.checks;
    const seen = await check!.check(new AbortController().signal);
    assert.match(seen?.warning ?? "", /"accounts" has 1 parked key:/);
    // To try in vain changes nothing but the count
    await retry(sql);
    assert.deepEqual(await letters(sql), ["2 a threw 2", "3 a behind 0", "5 a behind 0"]);
    state.isBroken = false;
    await append(log, "account-a", deposit(5));
    await retry(sql);
    await until(() => statusOf(projections, "accounts").parkedKeys === 0);
    await append(log, "account-a", deposit(6));
    await caughtUp(projections, { view: brokenView, log });
    assert.deepEqual(await letters(sql), []);
    assert.deepEqual(await tableRows(brokenView, sql), await pureFold(accountView, log));
  });
});
