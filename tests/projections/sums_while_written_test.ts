import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { dealView } from "./deal_view.ts";
import { append, caughtUp, projectionTests, pureSums, randomOf, until } from "./test_bed.ts";

type Seen = { readonly rows: readonly unknown[]; readonly sums: readonly unknown[] };

/** Rows and sums as they are at one moment. */
async function look(sql: Sql): Promise<Seen> {
  const { sums } = dealView;
  const [seen] = await sql<Seen[]>`
    select
      (select coalesce(json_agg(deal), '[]') from (
        select ${dealView.select(sql)} from ${dealView.from(sql)}
      ) as deal) as rows,
      (select coalesce(json_agg(summed), '[]') from (
        select ${sums.select(sql)} from ${sums.from(sql)} order by day, sku, is_cancelled
      ) as summed) as sums`;
  return seen!;
}

projectionTests("who reads sums while they are written", async (step) => {
  await step("sees at any moment what the rows contribute that are seen", async (bed) => {
    const { log, sql } = bed;
    await using projections = await bed.start([dealView]);
    await using other = await bed.start([dealView]);
    const random = randomOf(5);
    const any = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
    const days = ["mon", "tue"];
    const deals = ["a", "b", "c"];
    let isOver = false;
    async function change() {
      for (let n = 0; n < 300; n++) {
        const lines = [{ sku: any(["CUP", "POT"]), quantity: n, amount: n }];
        const kind = random();
        await append(
          log,
          `deal-${any(deals)}`,
          kind < 0.6
            ? { type: "Agreed", data: { day: any(days), lines } }
            : kind < 0.8
            ? { type: "Postponed", data: { day: any(days), deals } }
            : { type: any(["Cancelled", "Forgotten"]), data: {} },
        );
        if (n % 10 > 0) continue;
        const before = looks;
        await caughtUp(projections, { view: dealView, log });
        await until(() => looks > before + 1);
      }
      await caughtUp(projections, { view: dealView, log });
      await caughtUp(other, { view: dealView, log });
    }

    let looks = 0;
    const moments = new Set<string>();
    async function watch() {
      do {
        const seen = await look(sql);
        assert.deepEqual(seen.sums, pureSums(dealView, seen.rows));
        moments.add(JSON.stringify(seen));
        looks++;
      } while (!isOver);
    }
    await Promise.all([change().finally(() => isOver = true), watch(), watch()]);
    assert.ok(moments.size > 10, `only ${moments.size} moments were seen`);
  });
});
