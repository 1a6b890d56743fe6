import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { acts } from "@headwater/core";
import { projectionsActs } from "@headwater/projections";
import type { Sql } from "postgres";
import { chainView } from "./chain_view.ts";
import { foldFromScratch, readTables } from "./folded.ts";
import { deposit } from "./breakable_view.ts";
import {
  append,
  begun,
  caughtUp,
  limitMs,
  projectionTests,
  type TestBed,
  type TestProjections,
  until,
} from "./test_bed.ts";

/** Yields how often. Appends, waits for what was appended, and reads it: never less than there was, never of two generations. */
async function readOwnWrites(
  { log }: TestBed,
  { projections, key, signal }: {
    readonly projections: TestProjections;
    readonly key: string;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { sql } = projections;
  let reads = 0;
  for (let events = 1, before = 0; !signal.aborted; events++, reads++) {
    const position = await append(log, `account-${key}`, deposit(1));
    const { reached } = await projections.wait(chainView, { position, waitMs: limitMs });
    assert.ok(reached);
    const [seen] = await sql<{ own: number; rows: number; sums: number }[]>`
      select (select events from chains where account_id = ${key}) as own,
        (select sum(events)::float8 from chains) as rows,
        (select sum(events)::float8 from chain_total) as sums`;
    assert.equal(seen!.own, events, `of ${key}, at position ${position}`);
    assert.equal(seen!.rows, seen!.sums, "two generations were mixed");
    assert.ok(seen!.rows >= before, `${seen!.rows} events were read after ${before}`);
    before = seen!.rows;
    await setTimeout(1);
  }
  return reads;
}

/** What an operator does at a terminal. */
async function operate(sql: Sql, act: string): Promise<void> {
  let text = "";
  const code = await acts.operatorsCommand(projectionsActs, [act, chainView.name], {
    context: { databases: [{ service: "bank", sql, views: [chainView] }] },
    print: (more) => text += more,
    isTerminal: false,
  });
  assert.equal(code, 0, text);
}

projectionTests("switches under load", async (step) => {
  await step("are never noticed by who reads what was written", async (bed) => {
    const { log, sql, start } = bed;
    for (let stream = 0; stream < 300; stream++) {
      await append(log, `account-s${stream}`, deposit(1));
    }
    await using one = await start([chainView]);
    await using other = await start([chainView]);
    await caughtUp(one, { view: chainView, log });
    await caughtUp(other, { view: chainView, log });
    const over = new AbortController();
    const readers = [one, other, one, other].map((projections, index) =>
      readOwnWrites(bed, { projections, key: `r${index}`, signal: over.signal })
    );
    const reading = Promise.all(readers);
    async function change(): Promise<void> {
      for (let round = 0; round < 5; round++) {
        const generation = await begun(sql, chainView);
        await until(async () => {
          const [found] = await sql`
            select status, state, cause from projection_generation
            where name = ${chainView.name} and generation = ${generation}`;
          return found?.status === "live" || JSON.stringify(found);
        });
        for (let times = 0; times < 2; times++) {
          await operate(sql, "rollback");
        }
      }
    }
    await Promise.race([change(), reading]);
    over.abort();
    for (const reads of await reading) assert.ok(reads > 5, `it was read ${reads} times`);
    await caughtUp(one, { view: chainView, log });
    assert.deepEqual(await readTables(chainView, sql), await foldFromScratch(chainView, log));
  });

  await step("are not noticed while nothing is written, nor without LISTEN", async (bed) => {
    const { log, sql, start } = bed;
    for (let stream = 0; stream < 50; stream++) await append(log, `account-s${stream}`, deposit(1));
    await using one = await start([chainView], { listens: false });
    await using other = await start([chainView], { listens: false });
    const all = [one, other];
    await caughtUp(one, { view: chainView, log });
    await caughtUp(other, { view: chainView, log });
    const position = await log.head();
    const over = new AbortController();
    const reading = Promise.all(
      all.flatMap((projections) =>
        [position, undefined].map(async (position) => {
          while (!over.signal.aborted) {
            const { reached } = await projections.wait(chainView, { position, waitMs: 0 });
            assert.ok(reached);
            await setTimeout(5);
          }
        })
      ),
    );
    const watching = Promise.all(all.flatMap(({ checks }) =>
      checks.map(async ({ check }) => {
        while (!over.signal.aborted) {
          await check(over.signal);
          await setTimeout(5);
        }
      })
    ));
    async function change(): Promise<void> {
      await begun(sql, chainView);
      await until(async () => {
        const live = await sql`
          select from projection_generation where generation = 2 and status = 'live'`;
        return live.length === 1;
      });
      for (let times = 0; times < 6; times++) {
        await operate(sql, "rollback");
        await setTimeout(300 * times);
      }
    }
    await Promise.race([change(), reading, watching]);
    over.abort();
    await Promise.all([reading, watching]);
  });
});
