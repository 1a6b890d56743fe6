import { deepEqual, equal, ok } from "node:assert/strict";
import { migrate } from "@headwater/postgres";
import { databaseTests } from "@headwater/postgres/testing";
import { processMigrations, processRecords } from "@headwater/sagas";
import type { Sql } from "postgres";
import { createHash } from "node:crypto";

const all = Array.from({ length: 16 }, (_, slice) => slice);
const [firstHalf, secondHalf] = [all.slice(0, 8), all.slice(8)];

databaseTests("leases of slices", async (databaseStep) => {
  /** One test, and what a process of that name asks there. */
  function step(
    name: string,
    body: (given: { readonly sql: Sql; process(id: string): ReturnType<typeof asking> }) => Promise<
      void
    >,
  ): Promise<void> {
    return databaseStep(name, async ({ sql }) => {
      await migrate(sql, { service: "order", migrations: processMigrations });
      await body({ sql, process: (id) => asking(sql, id) });
    });
  }

  await step("are all had at once by who is alone, in one statement", async ({ sql, process }) => {
    const one = process("one");
    deepEqual(await one.hold(), { held: all, sharers: 1 });
    const [lease] = await sql<{ least: number; most: number }[]>`
      select extract(epoch from min(lease_until) - clock_timestamp())::float8 as least,
        extract(epoch from max(lease_until) - clock_timestamp())::float8 as most
      from process_slice`;
    ok(lease && lease.least > 2 && lease.most <= 4, JSON.stringify(lease));
    deepEqual(await one.hold(), { held: all, sharers: 1 });
    deepEqual(await process("elsewhere").inProcess("walking").hold(), { held: all, sharers: 1 });
  });

  await step("go to another only when they are given, or over", async ({ sql, process }) => {
    const [one, other, third] = [process("one"), process("other"), process("third")];
    await one.hold();
    deepEqual(await other.hold(), { held: [], sharers: 2 });
    deepEqual(await one.hold(), { held: all, sharers: 2 });
    deepEqual(await one.hold({ gives: secondHalf }), { held: firstHalf, sharers: 2 });
    deepEqual(await other.hold(), { held: secondHalf, sharers: 2 });
    deepEqual(await one.hold({ gives: secondHalf }), { held: firstHalf, sharers: 2 });
    deepEqual(await third.hold(), { held: [], sharers: 3 });
    await pass(sql, "one");
    // Of three, no one may have more than six
    deepEqual(await third.hold(), { held: firstHalf, sharers: 2 });
    await pass(sql, "other");
    deepEqual(await third.hold(), { held: all, sharers: 1 });
    deepEqual(await other.hold(), { held: [], sharers: 2 });
  });

  await step("that are over are kept by who has had them, if nobody was faster", async (given) => {
    const { sql, process } = given;
    await process("one").hold();
    await pass(sql, "one");
    deepEqual(await process("one").hold(), { held: all, sharers: 1 });
  });

  await step("are left at once", async ({ process }) => {
    await process("one").hold();
    const records = process("one");
    await records.leave();
    deepEqual(await process("other").hold(), { held: all, sharers: 1 });
  });

  await step("go to who begins in the place of an earlier process", async ({ process }) => {
    await process("host:1 before").hold();
    const begun = process("host:1 after");
    const place = "host:1 ";
    deepEqual(await process("host:10 one").hold({ place: "host:10 ", isNew: true }), {
      held: [],
      sharers: 2,
    });
    deepEqual(await begun.hold({ place, isNew: false }), { held: [], sharers: 3 });
    const { held, sharers } = await begun.hold({ place, isNew: true });
    deepEqual([held.length, sharers], [8, 2]);
    // It has not ended after all, and is one of three from now on
    const late = await process("host:1 before").hold({ place });
    equal(late.sharers, 3);
    equal(new Set([...late.held, ...held]).size, late.held.length + held.length);
  });

  await step("are never had twice, however many ask at once", async ({ process }) => {
    const processes = all.map((each) => process(`process ${each}`));
    const had = new Map<number, readonly number[]>();
    for (let round = 0; round < 6; round++) {
      const answers = await Promise.all(
        processes.map((each, number) =>
          each.hold({ gives: (had.get(number) ?? []).slice(1 + round % 3) })
        ),
      );
      for (const [number, { held }] of answers.entries()) had.set(number, held);
      const every = [...had.values()].flat();
      equal(new Set(every).size, every.length, `round ${round}: ${every}`);
    }
    const every = [...had.values()].flat().sort((a, b) => a - b);
    deepEqual(every, all);
  });

  await step("say which unfinished instances are whose", async ({ sql, process }) => {
    const ids = Array.from({ length: 200 }, (_, each) => `ord\u00e9r-${each}`);
    const waits = {
      ...{ step: "run", target: "messenger", command: "RunErrand" },
      ...{ isCompensating: false, keys: [] },
    };
    const records = processRecords(sql, "running");
    await records.save({
      ...{ from: undefined, to: undefined },
      instances: new Map(ids.map((id) => [id, { finished: false, waits, outstanding: 1 }])),
    });
    await records.save({
      ...{ from: undefined, to: undefined },
      instances: new Map([["idle", {
        finished: false,
        waits: { ...waits, step: null },
        outstanding: 0,
      }]]),
    });
    const bySlice = await Promise.all(all.map((slice) => process("one").unfinished([slice])));
    deepEqual(bySlice.flat().sort(), ids.toSorted());
    for (const [slice, found] of bySlice.entries()) {
      deepEqual(found.filter((id) => sliceOf(id) !== slice), []);
      ok(found.length > 0, `slice ${slice} has some of so many`);
    }
  });
});

/** As it is told without PostgreSQL. */
function sliceOf(id: string): number {
  return createHash("sha256").update(id).digest()[0]! % all.length;
}

/** The lease of a process is over, as if time had passed. */
async function pass(sql: Sql, id: string): Promise<void> {
  await sql`update process_slice set lease_until = clock_timestamp() where owner = ${id}`;
  await sql`update process_sharer set lease_until = clock_timestamp() where owner = ${id}`;
}

function asking(sql: Sql, id: string, process = "running") {
  const { slices } = processRecords(sql, process);
  ok(slices);
  const owner = { id, place: undefined, isNew: false };
  return {
    hold: (
      { gives = [], ...known }: {
        readonly gives?: readonly number[];
        readonly place?: string;
        readonly isNew?: boolean;
      } = {},
    ) => slices.hold({ owner: { ...owner, ...known }, gives }),
    leave: () => slices.leave(owner),
    unfinished: (among: readonly number[]) => slices.unfinished(among),
    inProcess: (other: string) => asking(sql, id, other),
  };
}
