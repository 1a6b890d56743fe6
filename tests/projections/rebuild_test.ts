import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { column, type EventLog, machine, Unavailable, view } from "@headwater/core";
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

const labels = ["", "\\N", "a\tb\nc\rd\\e", '"quoted"', "null", "ä€😀"];

projectionTests("rebuilding", async (step) => {
  await step("under load, again and again, loses and doubles nothing", async (bed) => {
    const { log, sql, start } = bed;
    await using one = await start([accountView]);
    await using other = await start([accountView]);
    const random = randomOf(21);
    const appending = appendMany(log, { count: 800, random });
    for (let times = 0; times < 8; times++) {
      await setTimeout(random() * 80);
      await rebuilt(sql, accountView);
    }
    await appending;
    await caughtUp(one, { view: accountView, log });
    await caughtUp(other, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
    await until(async () => {
      const found = await sql`
        select generation, status from projection_generation
        where status <> 'dropped' order by generation`;
      const all = found.map(({ generation, status }) => `${generation} is ${status}`).join(", ");
      return all === "8 is retired, 9 is live" || all;
    });
  });

  await step("starts again when the process stopped in the middle", async (bed) => {
    const { log, sql, start } = bed;
    await appendMany(log, { count: 600, random: randomOf(22) });
    {
      await using projections = await start([accountView], { log: slowLog(log) });
      await until(() => projections.status()[0]?.state === "building");
      await assert.rejects(
        projections.wait(accountView, { position: undefined, waitMs: 0 }),
        { code: "read-model-rebuilding" },
      );
      const [check] = projections.checks;
      await assert.rejects(async () => await check?.check(new AbortController().signal));
    }
    const [left] = await sql`select status, position from projection_generation`;
    assert.deepEqual({ ...left }, { status: "building", position: null });
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });

  await step(
    "is done for one read model after the other, and no start waits for it",
    async (bed) => {
      const { log, sql, start } = bed;
      await appendMany(log, { count: 300, random: randomOf(25) });
      const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>();
      await using projections = await start([accountView, otherView], {
        log: heldLog(log, goesOn),
      });
      const { signal } = new AbortController();
      await until(async () => {
        const answers = await Promise.allSettled(
          projections.checks.map(async ({ check }) => await check(signal)),
        );
        const reasons = answers.map((answer) =>
          answer.status === "rejected" && answer.reason.message
        );
        const queued = reasons.filter((reason) => /others are filled first$/.test(reason));
        return queued.length === 1 || reasons.join("; ");
      });
      goOn();
      for (const view of [accountView, otherView]) {
        await caughtUp(projections, { view, log });
        assert.deepEqual(await tableRows(view, sql), await pureFold(view, log));
      }
    },
  );

  await step(
    "leaves statistics behind, so that rows are found at once",
    async ({ log, sql, start }) => {
      await appendMany(log, { count: 300, random: randomOf(24) });
      await using projections = await start([accountView]);
      await caughtUp(projections, { view: accountView, log });
      await until(async () => {
        const [found] =
          await sql`select count(*)::integer as count from pg_stats where tablename = 'account__1'`;
        return found?.count > 0 || "there are no statistics";
      });
    },
  );

  await step("an up-to-date table is prepared without waiting for anybody", async (bed) => {
    const { log, sql, start } = bed;
    await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    {
      await using projections = await start([accountView]);
      await caughtUp(projections, { view: accountView, log });
    }
    // Readers alone are let in beside it, and the statistics of an earlier start wait for it
    const holding = sql.unsafe("lock table account__1 in exclusive mode; select pg_sleep(3)");
    let isHeld = true;
    holding.then(() => isHeld = false);
    await until(async () => {
      const [found] = await sql`
        select 1 from pg_locks where relation = 'account__1'::regclass and mode = 'ExclusiveLock'`;
      return found !== undefined;
    });
    await using projections = await start([accountView]);
    await projections.wait(accountView, { position: undefined, waitMs: limitMs });
    assert.equal(isHeld, true);
    await holding;
  });

  await step("writes in parts when there are many rows", async ({ log, sql, start }) => {
    for (let from = 0; from < 4_500; from += 500) {
      await Promise.all(
        Array.from(
          { length: 500 },
          (_, index) =>
            append(log, `account-${from + index}`, {
              type: "Deposited",
              data: { amount: from + index },
            }, { type: "Renamed", data: { label: labels[index % labels.length]! } }),
        ),
      );
    }
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });

  await step(
    "happens by itself for a new version, while older processes are served",
    async (bed) => {
      const { log, sql, start } = bed;
      await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
      await using old = await start([accountView]);
      await caughtUp(old, { view: accountView, log });

      await using young = await start([secondVersion]);
      await caughtUp(young, { view: secondVersion, log });
      assert.equal((await tableRows(secondVersion, sql))[0].doubled, 2);

      const position = await append(log, "account-a", { type: "Deposited", data: { amount: 2 } });
      const { reached } = await old.wait(accountView, { position, waitMs: limitMs });
      assert.ok(reached);
      assert.equal((await tableRows(accountView, sql))[0].balance, 3);
      await caughtUp(young, { view: secondVersion, log });
      assert.deepEqual(await tableRows(secondVersion, sql), await pureFold(secondVersion, log));
    },
  );

  await step("shows nobody the empty table that is made where one was dropped", async (bed) => {
    const { log, sql } = bed;
    await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    await using projections = await bed.start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    const seen: number[] = [];
    /** As a query does: is it there? Then it is read. */
    async function read(): Promise<void> {
      try {
        await projections.wait(accountView, { position: undefined, waitMs: 0 });
        seen.push((await tableRows(accountView, sql)).length);
      } catch (error) {
        const isTold = error instanceof Unavailable || machine.isMissingTable(error);
        if (!isTold) throw error;
      }
    }
    for (const generation of [1, 2, 3]) {
      await sql.unsafe(`drop table account__${generation} cascade`);
      await until(async () => {
        await read();
        const statuses = projections.status();
        return statuses.some((each) => each.generation === generation + 1 && each.state === "live");
      });
      await read();
    }
    assert.deepEqual([...new Set(seen)], [1]);
  });

  await step("happens by itself when the table was dropped", async ({ log, sql, start }) => {
    await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    await sql`drop table account__1 cascade`;
    await append(log, "account-a", { type: "Deposited", data: { amount: 2 } });
    await until(async () => {
      const [found] = await sql`select 1 from pg_class where relname = 'account__2'`;
      return found !== undefined;
    });
    await caughtUp(projections, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
  });
});

const secondVersion = view({
  ...accountDefinition,
  version: 2,
  columns: { ...accountDefinition.columns, doubled: column.integer() },
  key: accountView.key,
  evolve(row, event, key) {
    const evolved = accountView.evolve(row, event, key);
    return evolved && { ...evolved, doubled: 2 * evolved.balance };
  },
});

const otherView = view({
  ...accountDefinition,
  name: "other-accounts",
  table: "other_account",
  key: accountView.key,
  evolve: accountView.evolve,
});

/** Hands nothing to the first that asks before it may. */
function heldLog(log: EventLog, goesOn: Promise<void>): EventLog {
  let readers = 0;
  return {
    ...log,
    head: () => log.head(),
    async *subscribe(options) {
      readers += 1;
      if (readers === 1) await goesOn;
      yield* log.subscribe(options);
    },
  } as EventLog;
}

/** Hands over a few events at a time, and never reaches the end. */
function slowLog(log: EventLog): EventLog {
  return {
    ...log,
    head: () => log.head(),
    async *subscribe(options) {
      for await (const { events, position } of log.subscribe(options)) {
        for (let from = 0; from < events.length && !options.signal.aborted; from += 10) {
          yield { events: events.slice(from, from + 10), position: 1, caughtUp: false };
          await setTimeout(20);
        }
        if (options.signal.aborted) return;
        yield { events: [], position, caughtUp: false };
      }
    },
  } as EventLog;
}
