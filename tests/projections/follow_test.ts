import assert from "node:assert/strict";
import type { Projections } from "@headwater/projections";
import type { Sql } from "postgres";
import { accountView as view } from "./account_view.ts";
import { append, caughtUp, projectionTests, rebuilt, until } from "./test_bed.ts";

type Told = Parameters<Parameters<Projections["follow"]>[1]>[0];

/** What somebody is told who follows the accounts. */
function followed(projections: Projections) {
  const told: Told[] = [];
  const leave = projections.follow(view, (change) => told.push(change));
  return {
    told,
    leave,
    /** Waits until it has been told of a position. */
    hears: (position: number) =>
      until(() =>
        told.some((change) => (change.position ?? -1) >= position) || JSON.stringify(told)
      ),
  };
}

/** Which process has the generation that is read. */
async function owner(sql: Sql): Promise<string | undefined> {
  const [found] = await sql<{ owner: string }[]>`
    select owner from projection_generation
    where status = 'live' and lease_until > clock_timestamp()`;
  return found?.owner;
}

projectionTests("who follows a read model", async (step) => {
  await step("is told of each commit that changed rows, and of which", async ({ log, start }) => {
    await using projections = await start([view]);
    await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    await caughtUp(projections, { view, log });
    const { told, leave, hears } = followed(projections);
    const position = await append(log, "account-b", { type: "Deposited", data: { amount: 2 } });
    await hears(position);
    assert.deepEqual(told, [{ position, keys: ["b"], isRewrite: false }]);
    // What changes no row is no news
    await append(log, "elsewhere-b", { type: "Deposited", data: { amount: 2 } });
    await caughtUp(projections, { view, log });
    const next = await append(log, "account-a", { type: "Deposited", data: { amount: 2 } });
    await hears(next);
    assert.deepEqual(told.slice(1), [{ position: next, keys: ["a"], isRewrite: false }]);

    leave();
    await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    await caughtUp(projections, { view, log });
    assert.equal(told.length, 2);
  });

  await step(
    "is told of what another process commits, as soon as that hears who is there",
    async (bed) => {
      const { log, sql, start } = bed;
      await using one = await start([view], { owner: "one" });
      await caughtUp(one, { view, log });
      await using other = await start([view], { owner: "other" });
      await until(async () => await owner(sql) === "one");
      const { told, hears } = followed(other);
      // By itself it looks each second: it would not be so quick again and again
      let quickInARow = 0;
      await until(async () => {
        const at = performance.now();
        await hears(await append(log, "account-a", { type: "Deposited", data: { amount: 1 } }));
        const ms = performance.now() - at;
        quickInARow = ms < 300 ? quickInARow + 1 : 0;
        return quickInARow === 10 || `it took ${ms} ms`;
      });
      assert.ok(told.every(({ keys }) => keys === undefined));
      const [row] = await other.sql`select ${view.select(other.sql)} from ${view.from(other.sql)}`;
      assert.ok(row!.balance > 0);
    },
  );

  await step("is told when another generation is read", async ({ log, sql, start }) => {
    await using projections = await start([view]);
    const position = await append(log, "account-a", { type: "Deposited", data: { amount: 1 } });
    await caughtUp(projections, { view, log });
    const { told } = followed(projections);
    await rebuilt(sql, view);
    await until(() => told.length > 0);
    assert.deepEqual(told, [{ position, keys: undefined, isRewrite: true }]);
  });
});
