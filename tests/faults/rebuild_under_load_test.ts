import assert from "node:assert/strict";
import { databasesOn } from "@headwater/host";
import { startShop, waitUntilAtRest } from "@shop/demo";
import { checkInvariants } from "@shop/judge";
import { shop as application } from "@shop/app";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { beginGeneration } from "@headwater/projections";
import { silentLog, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { eventually } from "@headwater/testing";
import { makeDataPlace } from "./data_place.ts";
import { askAllTheTime } from "./question_watch.ts";
import { loadOf } from "./shop_load.ts";

Deno.test({
  name:
    "read models that are rebuilt under load answer everybody meanwhile and end equal to the log",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using postgres = await startThrowAwayPostgres();
    await using place = await makeDataPlace();
    await using shop = await startShop(application, {
      directory: place.directory,
      database: databasesOn(postgres.url, { prefix: "rebuilt", logger: silentLog }),
      name: "rebuilt",
      logger: silentLog,
    });
    const { client, databases } = shop;
    const load = loadOf(client, { orders: 60 });
    const placing = load.place();
    await eventually("orders", () => client.acknowledged.length >= 20);
    await using questions = askAllTheTime(client, [
      "/api/orders?limit=5",
      "/api/orders/order001/timeline",
      "/api/tracking/order001",
      "/api/sales?sku=TEA",
      "/api/payments/order/order001",
      "/api/inventory/items/TEA",
      "/api/inventory/reservations/order/order001",
      "/api/shipments/order/order001",
      "/api/notifications?limit=5",
    ]);

    const views = databases.flatMap(({ views, sql }) => views.map((view) => ({ view, sql })));
    for (const _round of [1, 2, 3]) {
      await Promise.all(views.map(({ view, sql }) => rebuild(sql, view)));
    }
    await placing;
    await load.everybodyTold();
    await load.goOn();
    await load.endsAsTold();
    await waitUntilAtRest(shop);
    await questions.end();
    assert.deepEqual(questions.refused, []);

    const verdicts = await checkInvariants({ ...shop, acknowledged: client.acknowledged });
    assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
  },
});

/** Has a read model built anew, and waits until that is what is read. */
async function rebuild(sql: Sql, view: View): Promise<void> {
  const begun = await beginGeneration(sql, { view, switches: true });
  assert.ok(begun.type === "begun", JSON.stringify(begun));
  await eventually("a switch", async () => {
    const [found] = await sql`
      select status from projection_generation
      where name = ${view.name} and generation = ${begun.generation}`;
    return found?.status === "live";
  });
}
