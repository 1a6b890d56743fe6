import { type DomainEvent, type EventLog, silentLog, type View, view } from "@headwater/core";
import type { BulkSettings } from "@headwater/projections";
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { accountDefinition, accountView } from "./account_view.ts";
import { breakableView, deposit, rename } from "./breakable_view.ts";
import { dealView } from "./deal_view.ts";
import {
  append,
  caughtUp,
  projectionTests,
  pureFold,
  pureSums,
  randomOf,
  rebuilt,
  statusOf,
  tableRows,
  tableSums,
  type TestBed,
  until,
} from "./test_bed.ts";

/** Next to nothing is held, so that rows leave and come back all the time. */
const tight: BulkSettings = { from: 1, holds: { rows: 5, bytes: 1_000_000 }, threads: false };
/** … and everything is saved after each batch. */
const careful: BulkSettings = { ...tight, saveEveryMs: 0 };

const nobody = {
  balance: 0,
  movements: 0,
  label: null,
  recent: [],
  lastRevision: 0,
};

/** The tables are what the whole log folds to, and have what tables have that were never filled in bulk. */
async function assertFilled(
  view: View,
  { log, sql }: { readonly log: EventLog; readonly sql: Sql },
): Promise<void> {
  const rows = await pureFold(view, log);
  assert.deepEqual(await tableRows(view, sql), rows);
  assert.deepEqual(await tableSums(view, sql), pureSums(view, rows));
  const [live] = await sql<{ generation: number }[]>`
    select generation from projection_generation where status = 'live'`;
  const [table] = await sql<{ columns: string[]; indexes: number; key: string }[]>`
    select
      (select json_agg(attname order by attname) from pg_attribute
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped) as columns,
      (select count(*)::int from pg_index where indrelid = pg_class.oid) as indexes,
      (select pg_get_constraintdef(pg_constraint.oid) from pg_constraint
        where conrelid = pg_class.oid and contype = 'p') as key
    from pg_class where oid = ${`${view.table}__${live?.generation}`}::text::regclass`;
  assert.deepEqual(table, {
    columns: Object.keys(view.columns).map(view.columnName).toSorted(),
    indexes: 1 + view.indexes.length,
    key: `PRIMARY KEY (${view.columnName(view.primaryKey)})`,
  });
}

/** Starts read models, and tells how often a table was filled in bulk. */
async function start(bed: TestBed, view: View, bulk: BulkSettings) {
  const ends: unknown[] = [];
  const positions: unknown[] = [];
  const threads: unknown[] = [];
  const logger = {
    ...silentLog,
    debug(message: string, fields: Record<string, unknown> = {}) {
      if (message !== "A table was filled in bulk") return;
      ends.push(fields.type);
      positions.push(fields.position);
      threads.push(fields.isThreaded);
    },
  };
  const projections = await bed.start([view], { bulk, logger });
  return Object.assign(projections, { ends, positions, threads });
}

async function appendDeals(log: EventLog, { events, deals }: { events: number; deals: number }) {
  const random = randomOf(events);
  const pick = (count: number) => Math.floor(random() * count);
  for (let n = 0; n < events; n++) {
    const line = () => ({ sku: `SKU${pick(5)}`, quantity: pick(9), amount: pick(999) });
    const day = `2026-01-0${1 + pick(9)}`;
    const event: DomainEvent = [
      { type: "Agreed", data: { day, lines: Array.from({ length: pick(4) }, line) } },
      { type: "Cancelled", data: {} },
      { type: "Forgotten", data: {} },
      { type: "Postponed", data: { day, deals: [`${pick(deals)}`, `${pick(deals)}`] } },
    ][random() < 0.6 ? 0 : pick(4)]!;
    await append(log, `deal-${pick(deals)}`, event);
  }
}

projectionTests("a read model that is filled in bulk", async (step) => {
  await step("is what the log folds to, in rows that come and go and in sums", async (bed) => {
    await appendDeals(bed.log, { events: 1_500, deals: 60 });
    await using projections = await start(bed, dealView, tight);
    await caughtUp(projections, { view: dealView, log: bed.log });
    assert.deepEqual(projections.ends, ["filled"]);
    await assertFilled(dealView, bed);
    await appendDeals(bed.log, { events: 50, deals: 60 });
    await caughtUp(projections, { view: dealView, log: bed.log });
    await assertFilled(dealView, bed);
  });

  await step("is the same however often it is saved meanwhile", async (bed) => {
    await appendDeals(bed.log, { events: 3_000, deals: 100 });
    await using projections = await start(bed, dealView, careful);
    await caughtUp(projections, { view: dealView, log: bed.log });
    await assertFilled(dealView, bed);
  });

  await step(
    "is the same where a thread folds it, which goes on where another was stopped",
    async (bed) => {
      await appendDeals(bed.log, { events: 3_000, deals: 100 });
      const threaded = { ...careful, threads: true };
      {
        await using _stopped = await start(bed, dealView, threaded);
        await until(async () => await savedPosition(bed.sql) > 0 || "nothing was saved");
      }
      await using projections = await start(bed, dealView, threaded);
      await caughtUp(projections, { view: dealView, log: bed.log });
      await assertFilled(dealView, bed);
    },
  );

  await step("hands over from a thread where an event cannot be read", async (bed) => {
    await appendDeals(bed.log, { events: 1_500, deals: 40 });
    const position = await append(bed.log, "deal-odd", { type: "Agreed", data: { no: "lines" } });
    await appendDeals(bed.log, { events: 1_500, deals: 40 });
    await using projections = await start(bed, dealView, { ...tight, threads: true });
    await caughtUp(projections, { view: dealView, log: bed.log });
    assert.deepEqual(projections.ends, ["filled"]);
    assert.deepEqual(projections.threads, [true]);
    assert.deepEqual(projections.positions, [position - 1]);
    assert.equal(statusOf(projections, dealView.name).parkedKeys, 1);
  });

  await step("is the same whatever keys are made of, where rows become smaller", async (bed) => {
    const odd = ["", ",", "\x1f", "\n", "\t", "\\", '"', "\\N", "é", "𝄞"];
    for (let n = 0; n < 400; n++) {
      const label = "x".repeat(1_600 - 4 * n);
      await append(bed.log, `account-${n}`, { type: "Renamed", data: { label } });
      if (n % 7 === 0) await append(bed.log, `account-${n}`, deposit(n));
    }
    const labels = view({
      ...accountDefinition,
      key: ({ stream }) => {
        const account = stream.slice("account-".length);
        return `${account}${odd[Number(account) % odd.length]}`;
      },
      evolve: (row, event, key) =>
        event.type === "Renamed"
          ? { ...nobody, accountId: key, label: event.data.label, changedAt: event.recordedAt }
          : row && { ...row, movements: row.movements + 1 },
    });
    await using projections = await start(bed, labels, tight);
    await caughtUp(projections, { view: labels, log: bed.log });
    assert.deepEqual(projections.positions, [await bed.log.head()]);
    await assertFilled(labels, bed);
  });

  await step("goes on when its connections are ended under it", async (bed) => {
    await appendDeals(bed.log, { events: 3_000, deals: 100 });
    await using projections = await start(bed, dealView, careful);
    for (let ended = 0, saved = 0; ended < 5; ended++) {
      await until(async () => {
        const position = await savedPosition(bed.sql);
        if (position <= saved && !statusOf(projections, dealView.name).caughtUp) return "no news";
        saved = position;
        return true;
      });
      await bed.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'headwater-test' and pid <> pg_backend_pid()`;
    }
    await caughtUp(projections, { view: dealView, log: bed.log });
    await assertFilled(dealView, bed);
  });

  await step("is not for a short history", async (bed) => {
    await append(bed.log, "account-1", deposit(1));
    await using projections = await start(bed, accountView, { from: 10 });
    await caughtUp(projections, { view: accountView, log: bed.log });
    assert.deepEqual(projections.ends, []);
  });

  await step(
    "goes on where it was saved when its process ends, and lost what was not",
    async (bed) => {
      await appendDeals(bed.log, { events: 3_000, deals: 100 });
      let starts = 0;
      for (let isFilled = false; !isFilled; starts++) {
        assert.ok(starts < 100, "it gets further each time");
        await using projections = await start(bed, dealView, starts % 2 === 0 ? careful : tight);
        const before = await savedPosition(bed.sql);
        const isLive = () => statusOf(projections, dealView.name).state === "live";
        await until(async () =>
          isLive() || await savedPosition(bed.sql) > before || "nothing was saved"
        );
        isFilled = isLive();
      }
      assert.ok(starts > 1, "it was interrupted");
      await using projections = await start(bed, dealView, tight);
      await caughtUp(projections, { view: dealView, log: bed.log });
      await assertFilled(dealView, bed);
    },
  );

  await step("hands over where an event cannot be applied, with all before it", async (bed) => {
    const { view, mend } = breakableView();
    for (let n = 0; n < 300; n++) await append(bed.log, `account-${n % 40}`, deposit(n));
    await append(bed.log, "account-7", rename, deposit(1));
    for (let n = 0; n < 300; n++) await append(bed.log, `account-${n % 40}`, deposit(n));
    await using projections = await start(bed, view, tight);
    await caughtUp(projections, { view, log: bed.log });
    assert.deepEqual(projections.ends, ["filled"]);
    assert.equal(statusOf(projections, view.name).parkedKeys, 1);
    mend();
    const others = (rows: readonly { accountId: string }[]) =>
      rows.filter(({ accountId }) => accountId !== "7");
    assert.deepEqual(others(await tableRows(view, bed.sql)), others(await pureFold(view, bed.log)));
  });

  await step("is made anew when its table is dropped while it is filled", async (bed) => {
    await appendDeals(bed.log, { events: 3_000, deals: 100 });
    await using projections = await start(bed, dealView, careful);
    await until(async () => await savedPosition(bed.sql) > 0 || "nothing was saved");
    await bed.sql`drop table deal__1 cascade`;
    await caughtUp(projections, { view: dealView, log: bed.log });
    await assertFilled(dealView, bed);
  });

  await step("is built beside the one that is read, while events come in", async (bed) => {
    await appendDeals(bed.log, { events: 1_000, deals: 60 });
    await using projections = await start(bed, dealView, tight);
    await caughtUp(projections, { view: dealView, log: bed.log });
    const appending = appendDeals(bed.log, { events: 500, deals: 60 });
    await rebuilt(bed.sql, dealView);
    await appending;
    await caughtUp(projections, { view: dealView, log: bed.log });
    assert.deepEqual(projections.ends, ["filled", "filled"]);
    await assertFilled(dealView, bed);
  });

  await step("is filled by one of two processes at a time", async (bed) => {
    await appendDeals(bed.log, { events: 1_500, deals: 100 });
    await using one = await start(bed, dealView, tight);
    await using other = await start(bed, dealView, tight);
    for (const projections of [one, other]) {
      await caughtUp(projections, { view: dealView, log: bed.log });
    }
    await assertFilled(dealView, bed);
  });

  await step("gives up what PostgreSQL refuses, and says which event it was", async (bed) => {
    const label = Array.from({ length: 300 }, () => crypto.randomUUID()).join("");
    const { key, evolve } = accountView;
    const labels = view({ ...accountDefinition, indexes: [["label"]], key, evolve });
    for (let n = 0; n < 100; n++) await append(bed.log, `account-${n % 40}`, deposit(n));
    // Too long for the index, which is made when all is written
    await append(bed.log, "account-7", { type: "Renamed", data: { label } });
    await append(bed.log, "account-1", deposit(1));
    await using projections = await start(bed, labels, tight);
    await caughtUp(projections, { view: labels, log: bed.log });
    assert.deepEqual(projections.ends, ["filled"]);
    assert.equal(statusOf(projections, labels.name).parkedKeys, 1);
  });
});

async function savedPosition(sql: Sql): Promise<number> {
  const [found] = await sql<{ position: number }[]>`
    select coalesce(max(position), 0)::int as position from projection_generation where status <> 'dropped'`;
  return found!.position;
}
