import assert from "node:assert/strict";
import type { EventOf } from "@headwater/core";
import fc from "fast-check";
import { accountEvents, accountView } from "./account_view.ts";
import {
  append,
  appendMany,
  caughtUp,
  projectionTests,
  pureFold,
  randomOf,
  rebuilt,
  tableRows,
} from "./test_bed.ts";

const account = fc.constantFrom("a", "b", "c", "d", 'quoted "d"', "ä€😀");
const event: fc.Arbitrary<EventOf<typeof accountEvents>> = fc.oneof(
  fc.record({
    type: fc.constant("Deposited" as const),
    data: fc.record({ amount: fc.integer({ min: -1e12, max: 1e12 }) }),
  }),
  fc.record({
    type: fc.constant("Renamed" as const),
    data: fc.record({
      label: fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", "")),
    }),
  }),
  fc.constant({ type: "Closed" as const, data: {} }),
);
const history = fc.array(fc.tuple(account, event), { maxLength: 60 });

projectionTests("read models", async (step) => {
  await step("hold what their view makes of the log", async ({ log, sql, start }) => {
    await append(log, "account-a", { type: "Deposited", data: { amount: 5 } });
    await using projections = await start([accountView]);
    await append(log, "account-b", { type: "Deposited", data: { amount: 7 } });
    await append(log, "account-c", { type: "Deposited", data: { amount: 1 } });
    await append(log, "account-c", { type: "Closed", data: {} });
    await append(log, "order-a", { type: "Deposited", data: { amount: 1 } });
    await append(log, "account-a", { type: "TypeOfALaterRelease", data: 1 });
    await caughtUp(projections, { view: accountView, log });
    const rows = await tableRows(accountView, sql);
    assert.deepEqual(rows.map(({ accountId, balance }) => [accountId, balance]), [
      ["a", 5],
      ["b", 7],
    ]);
    assert.deepEqual(rows, await pureFold(accountView, log));
  });

  await step("are the same event by event, rebuilt and folded in memory", async (bed) => {
    const { log, sql } = bed;
    await using projections = await bed.start([accountView]);
    await fc.assert(
      fc.asyncProperty(history, fc.boolean(), async (history, isPaced) => {
        for (const [id, event] of history) {
          await append(log, `account-${id}`, event);
          if (isPaced) await caughtUp(projections, { view: accountView, log });
        }
        await caughtUp(projections, { view: accountView, log });
        const expected = await pureFold(accountView, log);
        assert.deepEqual(await tableRows(accountView, sql), expected);
        await rebuilt(sql, accountView);
        assert.deepEqual(await tableRows(accountView, sql), expected);
      }),
      { numRuns: 15 },
    );
  });

  for (const seed of [1, 2, 3]) {
    await step(`go on where they stopped, restarted at random: seed ${seed}`, async (bed) => {
      const { log, sql } = bed;
      const random = randomOf(seed);
      for (let round = 0; round < 12; round++) {
        await using _projections = await bed.start([accountView]);
        await appendMany(log, { count: Math.floor(random() * 60), random });
      }
      await using projections = await bed.start([accountView]);
      await caughtUp(projections, { view: accountView, log });
      assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
    });
  }

  await step("have each event once when two processes keep them", async ({ log, sql, start }) => {
    await using one = await start([accountView]);
    await using other = await start([accountView]);
    await appendMany(log, { count: 2_000, random: randomOf(7) });
    await caughtUp(one, { view: accountView, log });
    await caughtUp(other, { view: accountView, log });
    assert.deepEqual(await tableRows(accountView, sql), await pureFold(accountView, log));
    assert.deepEqual([...one.status(), ...other.status()].map(({ cause }) => cause), [null, null]);
  });
});
