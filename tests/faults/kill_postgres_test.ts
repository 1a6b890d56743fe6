import assert from "node:assert/strict";
import { eventually } from "@headwater/testing";
import { makeDataPlace } from "./data_place.ts";
import { openDevShop } from "./dev_shop.ts";
import { judgeData } from "./judge_data.ts";
import { postmasterOf } from "./postmaster.ts";
import { askAllTheTime } from "./question_watch.ts";
import { loadOf } from "./shop_load.ts";

Deno.test({
  name:
    "a shop whose PostgreSQL is killed under load answers or asks for patience, goes on and ends well",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await makeDataPlace();
    await using shop = await openDevShop(place.directory);
    const { client, process } = shop;
    const load = loadOf(client, { orders: 40 });
    await using questions = askAllTheTime(client, [
      "/api/orders?limit=5",
      "/api/orders/order001/timeline",
      "/api/tracking/order001",
      "/api/sales?sku=TEA",
      "/api/payments/order/order001",
      "/api/inventory/items/TEA",
      "/api/notifications?limit=5",
      "/health/ready",
    ]);

    const placing = load.place();
    for (const acknowledged of [10, 30]) {
      await eventually("orders", () => client.acknowledged.length >= acknowledged);
      const pid = await postmasterOf(place.directory);
      assert.ok(pid);
      Deno.kill(pid, "SIGKILL");
      await eventually("another PostgreSQL", async () => {
        const now = await postmasterOf(place.directory);
        return now !== undefined && now !== pid;
      });
    }
    await placing;
    await load.everybodyTold();
    await load.goOn();
    await load.endsAsTold();
    await eventually("the shop to be well", async () => {
      return (await client.query("/health/ready")).body.status === "pass";
    });
    await questions.end();

    await process.stop();
    await place.deserted();
    await judgeData(place.directory, client);
  },
});
