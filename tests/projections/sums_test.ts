import { column, type EventLog, type EventOf, view } from "@headwater/core";
import fc from "fast-check";
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { dealDefinition, type dealEvents, dealSums, dealView } from "./deal_view.ts";
import {
  append,
  begun,
  caughtUp,
  projectionTests,
  pureFold,
  pureSums,
  rebuilt,
  tableRows,
  tableSums,
  until,
} from "./test_bed.ts";

type DealEvent = EventOf<typeof dealEvents>;

const dealId = fc.constantFrom("a", "b", "c", "d", 'quoted "d"');
const day = fc.constantFrom("2026-01-01", "2026-01-02", "2026-01-03");
const whole = fc.integer({ min: -3, max: 3 });
const line = fc.record({
  sku: fc.constantFrom("TEA", "MUG", 'ä€😀 "'),
  quantity: whole,
  amount: fc.oneof(whole, fc.integer({ min: -1e12, max: 1e12 })),
});
const event: fc.Arbitrary<DealEvent> = fc.oneof(
  fc.record({
    type: fc.constant("Agreed" as const),
    data: fc.record({ day, lines: fc.array(line, { maxLength: 4 }) }),
  }),
  fc.constant({ type: "Cancelled" as const, data: {} }),
  fc.constant({ type: "Forgotten" as const, data: {} }),
  fc.record({
    type: fc.constant("Postponed" as const),
    data: fc.record({ day, deals: fc.array(dealId, { maxLength: 3 }) }),
  }),
);
const history = fc.array(fc.tuple(dealId, event, fc.integer({ min: 0, max: 5 })), {
  maxLength: 50,
});

/** The tables are what the whole log folds to, row by row. */
async function assertAsFolded({ log, sql }: { readonly log: EventLog; readonly sql: Sql }) {
  const rows = await pureFold(dealView, log);
  assert.deepEqual(await tableRows(dealView, sql), rows);
  assert.deepEqual(await tableSums(dealView, sql), pureSums(dealView, rows));
}

function agreed(day: string, ...lines: readonly (readonly [string, number, number])[]): DealEvent {
  return {
    type: "Agreed",
    data: { day, lines: lines.map(([sku, quantity, amount]) => ({ sku, quantity, amount })) },
  };
}

const cancelled: DealEvent = { type: "Cancelled", data: {} };
const forgotten: DealEvent = { type: "Forgotten", data: {} };

projectionTests("the sums of a view", async (step) => {
  await step("follow what its rows contribute", async ({ log, sql, start }) => {
    await using projections = await start([dealView]);
    async function sumsAfter(deal: string, ...events: readonly DealEvent[]) {
      await append(log, `deal-${deal}`, ...events);
      await caughtUp(projections, { view: dealView, log });
      await assertAsFolded({ log, sql });
      const sums = await tableSums(dealView, sql);
      return sums.map((sum) => [sum.day, sum.sku, sum.deals, sum.quantity, sum.amount]);
    }

    assert.deepEqual(
      await sumsAfter("a", agreed("mon", ["MUG", 1, 10], ["TEA", 2, 20], ["TEA", 3, 30])),
      [["mon", "MUG", 1, 1, 10], ["mon", "TEA", 2, 5, 50]],
    );
    assert.deepEqual(
      await sumsAfter("b", agreed("mon", ["MUG", 4, 40])),
      [["mon", "MUG", 2, 5, 50], ["mon", "TEA", 2, 5, 50]],
      "another row adds to what is there",
    );
    assert.deepEqual(
      await sumsAfter("a", agreed("tue", ["TEA", 1, 7])),
      [["mon", "MUG", 1, 4, 40], ["tue", "TEA", 1, 1, 7]],
      "what a row does not contribute any more is gone, and where nothing is left is no row",
    );
    assert.deepEqual(
      await sumsAfter("a", { type: "Postponed", data: { day: "wed", deals: ["b", "c"] } }),
      [["wed", "MUG", 1, 4, 40], ["wed", "TEA", 1, 1, 7]],
      "one event moves several rows",
    );
    assert.deepEqual(
      await sumsAfter("b", cancelled),
      [["wed", "MUG", 1, 4, 0], ["wed", "TEA", 1, 1, 7]],
    );
    assert.deepEqual(
      await sumsAfter("b", forgotten),
      [["wed", "TEA", 1, 1, 7]],
      "a row that is removed takes all that it contributed along",
    );
    assert.deepEqual(await sumsAfter("a", forgotten), []);
  });

  await step("are the same event by event, rebuilt and folded in memory", async (bed) => {
    const { log, sql } = bed;
    await using projections = await bed.start([dealView]);
    await fc.assert(
      fc.asyncProperty(history, async (history) => {
        for (const [id, event, pace] of history) {
          await append(log, `deal-${id}`, event);
          if (pace === 0) await caughtUp(projections, { view: dealView, log });
        }
        await caughtUp(projections, { view: dealView, log });
        await assertAsFolded(bed);
        const sums = await tableSums(dealView, sql);
        await rebuilt(sql, dealView);
        assert.deepEqual(await tableSums(dealView, sql), sums);
      }),
      { numRuns: 15 },
    );
  });

  await step("are compared as the rows are before another generation is read", async (bed) => {
    const { log, sql } = bed;
    await using projections = await bed.start([dealView]);
    await append(log, "deal-a", agreed("mon", ["MUG", 1, 10], ["TEA", 2, 20]));
    await caughtUp(projections, { view: dealView, log });
    await sql`update deals_of_day__1 set amount = 11 where sku = 'MUG'`;
    await sql`delete from deals_of_day__1 where sku = 'TEA'`;
    await begun(sql, dealView);
    await until(async () => (await verdict())?.differing === 2);
    const { examples } = await verdict();
    const mug = { day: "mon", sku: "MUG", is_cancelled: false, deals: 1, quantity: 1, amount: 10 };
    assert.deepEqual(examples, [
      { key: 'deals_of_day ["mon", "MUG", false]', before: { ...mug, amount: 11 }, after: mug },
      {
        key: 'deals_of_day ["mon", "TEA", false]',
        before: null,
        after: { ...mug, sku: "TEA", quantity: 2, amount: 20 },
      },
    ]);
    assert.equal((await tableSums(dealView, sql))[0].amount, 11, "what was read is still read");

    async function verdict() {
      const [found] = await sql`select verdict from projection_generation where generation = 2`;
      return found?.verdict;
    }
  });

  await step("have each event once when two processes keep them", async (bed) => {
    const { log } = bed;
    await using one = await bed.start([dealView]);
    await using other = await bed.start([dealView]);
    for (const [id, event] of fc.sample(history, { numRuns: 40, seed: 7 }).flat()) {
      await append(log, `deal-${id}`, event);
    }
    await caughtUp(one, { view: dealView, log });
    await caughtUp(other, { view: dealView, log });
    await assertAsFolded(bed);
    assert.deepEqual([...one.status(), ...other.status()].map(({ cause }) => cause), [null, null]);
  });

  await step("go on where they were, restarted in between", async (bed) => {
    const { log } = bed;
    for (const deals of fc.sample(history, { numRuns: 8, seed: 11 })) {
      await using _projections = await bed.start([dealView]);
      for (const [id, event] of deals) await append(log, `deal-${id}`, event);
    }
    await using projections = await bed.start([dealView]);
    await caughtUp(projections, { view: dealView, log });
    await assertAsFolded(bed);
  });

  await step("lack what parked keys contribute until that is applied", async (bed) => {
    const { log, sql } = bed;
    let isBroken = true;
    const brokenView = view({
      ...dealDefinition,
      key: dealView.key,
      evolve(row, event, key) {
        if (isBroken && key === "a" && event.type === "Cancelled") throw new Error("no");
        return dealView.evolve(row, event, key);
      },
      sums: dealView.sums,
    });
    await using projections = await bed.start([brokenView]);
    await append(log, "deal-a", agreed("mon", ["MUG", 1, 10]), cancelled);
    await append(log, "deal-b", agreed("mon", ["MUG", 2, 20]));
    await append(log, "deal-b", { type: "Postponed", data: { day: "tue", deals: ["a"] } });
    await caughtUp(projections, { view: brokenView, log });
    assert.deepEqual(
      (await tableSums(dealView, sql)).map(({ day, amount }) => [day, amount]),
      [["mon", 10], ["tue", 20]],
    );
    assert.equal(await projections.isParked(brokenView, undefined), true);
    isBroken = false;
    await sql`update projection_letter set due = 'retry' where dropped_at is null`;
    await until(() => projections.status()[0]?.parkedKeys === 0);
    assert.equal(await projections.isParked(brokenView, undefined), false);
    await caughtUp(projections, { view: brokenView, log });
    await assertAsFolded(bed);
  });

  await step("are made again with the rows when their table was dropped", async (bed) => {
    const { log, sql } = bed;
    await using projections = await bed.start([dealView]);
    await append(log, "deal-a", agreed("mon", ["MUG", 1, 10]));
    await caughtUp(projections, { view: dealView, log });
    await sql`drop table deals_of_day__1 cascade`;
    await append(log, "deal-b", agreed("mon", ["MUG", 1, 10]));
    await until(async () => (await sql`select to_regclass('deals_of_day') as at`)[0]?.at !== null);
    await caughtUp(projections, { view: dealView, log });
    await assertAsFolded(bed);
  });

  await step("have room for any number of the largest amounts, and stay exact", async (bed) => {
    const { log, sql } = bed;
    const most = Number.MAX_SAFE_INTEGER;
    await using projections = await bed.start([dealView], { mostParkedKeys: 0 });
    const lavish = Array.from({ length: 2_000 }, () => ["MUG", most, most] as const);
    await append(log, "deal-a", agreed("mon", ...lavish), agreed("mon", ...lavish, ["TEA", 1, 1]));
    await append(log, "deal-b", agreed("mon", ["MUG", 1, 1], ["TEA", 1, -most]));
    await caughtUp(projections, { view: dealView, log });
    await assertAsFolded(bed);
    await rebuilt(sql, dealView);
    await assertAsFolded(bed);
    const [mug] = await sql`select amount::text as exact from deals_of_day where sku = 'MUG'`;
    assert.equal(mug?.exact, String(2_000n * BigInt(most) + 1n));
    await append(log, "deal-a", forgotten);
    await caughtUp(projections, { view: dealView, log });
    await assertAsFolded(bed);
  });

  await step("are refused where a part of them is no whole number", async ({ log, start }) => {
    const { key, evolve, sums } = dealView;
    const halves = view({
      ...dealDefinition,
      key,
      evolve,
      sums: {
        ...dealSums,
        contributes: (row) => sums.contributes(row).map((one) => ({ ...one, deals: 0.5 })),
      },
    });
    await using projections = await start([halves], { mostParkedKeys: 0 });
    await append(log, "deal-a", agreed("mon", ["MUG", 1, 1]));
    await until(() => projections.status()[0]?.state === "failing");
    assert.equal(
      projections.status()[0]?.cause,
      'Cannot apply event 0 ("Agreed") of stream "deal-a" to "deals": Cannot keep row "a" of "deals": ' +
        'what it contributes to "deals_of_day" has "deals", which is no safe integer',
    );
  });

  await step("may have a key of any type", async (bed) => {
    const { log, sql } = bed;
    const { key, evolve } = dealView;
    const { isCancelled, deals } = dealSums.columns;
    const awkward = view({
      ...dealDefinition,
      key,
      evolve,
      sums: {
        table: "order",
        columns: {
          isCancelled,
          at: column.timestamp(),
          user: column.text(),
          quantity: column.integer(),
          deals,
        },
        key: ["at", "quantity", "user", "isCancelled"],
        contributes: ({ day, isCancelled, lines }) =>
          lines.map(({ quantity, sku }) => ({
            at: `${day}T00:00:00.000Z`,
            user: sku,
            quantity,
            isCancelled,
            deals: 1,
          })),
      },
    });
    await using projections = await bed.start([awkward]);
    for (const [id, event] of fc.sample(history, { numRuns: 10, seed: 3 }).flat()) {
      await append(log, `deal-${id}`, event);
    }
    await caughtUp(projections, { view: awkward, log });
    const expected = pureSums(awkward, await pureFold(awkward, log));
    assert.ok(expected.length > 3);
    assert.deepEqual(await tableSums(awkward, sql), expected);
  });
});
