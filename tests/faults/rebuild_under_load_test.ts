import assert from "node:assert/strict";
import { databasesOn } from "@headwater/host";
import { startShop, waitUntilAtRest } from "@shop/demo";
import { checkInvariants } from "@shop/judge";
import { shop as application } from "@shop/app";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { requestRebuild } from "@headwater/projections";
import { silentLog } from "@headwater/core";
import { eventually } from "@headwater/testing";
import { makeDataPlace } from "./data_place.ts";
import { askAllTheTime } from "./question_watch.ts";
import { loadOf } from "./shop_load.ts";

Deno.test({
  name:
    "read models that are rebuilt under load ask for patience meanwhile and end equal to the log",
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
    for (const enough of [1, 10, 20]) {
      // With a short history it may be over before anybody asks
      await eventually("refusals", async () => {
        await Promise.all(views.map(({ view, sql }) => requestRebuild(sql, view)));
        return questions.refused.length >= enough;
      });
    }
    await placing;
    await load.everybodyTold();
    await load.goOn();
    await load.endsAsTold();
    await waitUntilAtRest(shop);
    await questions.end();
    const codes = new Set(questions.refused.map((refusal) => refusal.split(" ")[1]));
    assert.deepEqual([...codes], ["read-model-rebuilding"]);

    const verdicts = await checkInvariants({ ...shop, acknowledged: client.acknowledged });
    assert.deepEqual(verdicts.filter(({ holds }) => !holds), []);
  },
});
