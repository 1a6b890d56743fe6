import assert from "node:assert/strict";
import { acts, type View, view } from "@headwater/core";
import { type Projections, projectionsActs } from "@headwater/projections";
import type { Sql } from "postgres";
import { accountDefinition, accountView } from "./account_view.ts";
import { deposit } from "./breakable_view.ts";
import {
  append,
  appendMany,
  begun,
  caughtUp,
  limitMs,
  projectionTests,
  pureFold,
  randomOf,
  tableRows,
  type TestBed,
  until,
} from "./test_bed.ts";

const { key, evolve } = accountView;
const nextView = view({ ...accountDefinition, version: 2, key, evolve });

async function statusesOf(sql: Sql): Promise<string> {
  const rows = await sql<{ generation: number; status: string }[]>`
    select generation, status from projection_generation where status <> 'dropped'
    order by generation`;
  return rows.map(({ generation, status }) => `${generation} is ${status}`).join(", ");
}

async function become(sql: Sql, wanted: string): Promise<void> {
  await until(async () => {
    const found = await statusesOf(sql);
    return found === wanted || found;
  });
}

/** What an operator does at a terminal. */
async function operate(sql: Sql, act: string): Promise<number> {
  const context = { databases: [{ service: "bank", sql, views: [accountView] }] };
  const args = [act, "accounts"];
  return await acts.operatorsCommand(projectionsActs, args, {
    context,
    print() {},
    isTerminal: false,
  });
}

/** Waits until every process has heard what generations there are. */
async function rollCalled(sql: Sql): Promise<void> {
  const [now] = await sql<{ now: string }[]>`select clock_timestamp()::text as now`;
  await until(async () => {
    const [late] = await sql`select id from projection_process where seen_at < ${now!.now}`;
    return late === undefined || JSON.stringify(late);
  });
}

/** Who switches generations has it. */
const generationLock = 4_732_905_118;

const handsOn = {
  "its live table is dropped": "drop table account__2 cascade",
  "all tables are dropped": "drop table account__1, account__2 cascade",
  "its name is dropped": "drop view account",
  "its generations are deleted": "delete from projection_generation",
  "its live generation is deleted": "delete from projection_generation where generation = 2",
  "the table of generations is dropped": "drop table projection_generation",
  "the roll is dropped": "drop table projection_process",
  "the letters are dropped": "drop table projection_letter",
};

projectionTests("read models that hands are laid on", async (step) => {
  async function follows(bed: TestBed, view: View, projections: Projections) {
    await append(bed.log, "account-1", deposit(1));
    await caughtUp(projections, { view, log: bed.log });
    assert.deepEqual(await tableRows(view, bed.sql), await pureFold(view, bed.log));
  }

  await step("two rollbacks at once are one", async (bed) => {
    const { log, sql, start } = bed;
    await appendMany(log, { count: 50, random: randomOf(1) });
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    await begun(sql, accountView);
    await become(sql, "1 is retired, 2 is live");
    // Both have seen what is read before either can change it
    const held = sql.unsafe(`
      do $$ begin perform pg_advisory_xact_lock(${generationLock}), pg_sleep(1); end $$`);
    const holding = held.execute();
    await until(async () => {
      const [lock] = await sql`select from pg_locks where locktype = 'advisory' and granted`;
      return lock !== undefined;
    });
    const both = await Promise.all([operate(sql, "rollback"), operate(sql, "rollback")]);
    await holding;
    assert.deepEqual(both.toSorted(), [0, 2]);
    await become(sql, "1 is live, 2 is retired");
    await follows(bed, accountView, projections);
  });

  await step("a newer version that is aborted stays away until somebody wants it", async (bed) => {
    const { log, sql, start } = bed;
    await appendMany(log, { count: 50, random: randomOf(2) });
    await using projections = await start([accountView]);
    await caughtUp(projections, { view: accountView, log });
    await using next = await start([nextView]);
    await caughtUp(next, { view: nextView, log });
    await become(sql, "1 is retired, 2 is live");
    await operate(sql, "rollback");
    await operate(sql, "drop");
    await using another = await start([nextView]);
    for (let calls = 0; calls < 2; calls++) {
      await follows(bed, accountView, projections);
      assert.equal(await statusesOf(sql), "1 is live");
      await rollCalled(sql);
    }
    await another.wait(nextView, { position: await log.head(), waitMs: limitMs });
    await begun(sql, nextView);
    await become(sql, "1 is retired, 3 is live");
  });

  for (const [what, hands] of Object.entries(handsOn)) {
    await step(`are whole again after ${what} by hand`, async (bed) => {
      const { log, sql, start } = bed;
      await appendMany(log, { count: 50, random: randomOf(3) });
      await using projections = await start([accountView]);
      await caughtUp(projections, { view: accountView, log });
      await begun(sql, accountView);
      await become(sql, "1 is retired, 2 is live");
      await sql.unsafe(hands);
      await append(log, "account-1", deposit(1));
      await until(async () => {
        try {
          const position = await log.head();
          const { reached } = await projections.wait(accountView, { position, waitMs: 100 });
          assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
          const [found] = await sql<{ missing: string[] }[]>`
            select coalesce(json_agg(name), '[]') as missing from unnest(array[
              'projection_generation', 'projection_process', 'projection_letter'
            ]) as name where to_regclass(name) is null`;
          return reached && found!.missing.length === 0 || JSON.stringify(found);
        } catch (error) {
          return String(error);
        }
      });
      await follows(bed, accountView, projections);
    });
  }
});
