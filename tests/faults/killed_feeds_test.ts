import assert from "node:assert/strict";
import { eventually, within } from "@headwater/testing";
import { ShopClient } from "@shop/judge";
import { followFeed } from "../scenarios/followed_feed.ts";
import { makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";

Deno.test({
  name:
    "who follows a customer of a split shop misses nothing and hears nothing twice, whichever process is killed",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await makeDataPlace();
    await using dev = startDev(place.directory, { args: ["--split"] });
    const { url } = await dev.ready();
    const client = new ShopClient({ shop: url, patienceMs: 60_000 });
    await client.receive("SKU1", { quantity: 100 });
    await using feed = followFeed((options) =>
      fetch(`${url}/api/orders/events?customerId=anna`, options)
    );
    await within("it to be followed", feed.connected);
    const orderIds: string[] = [];
    async function placeSome(): Promise<void> {
      for (let count = 0; count < 4; count++) {
        const orderId = crypto.randomUUID();
        await client.place({ orderId, customerId: "anna" });
        orderIds.push(orderId);
      }
    }
    for (const name of ["timeline", "gateway"]) {
      const { ends, told: { length } } = feed;
      await placeSome();
      await eventually("some of it to be told", () => feed.told.length > length);
      Deno.kill(dev.processes().get(name)!, "SIGKILL");
      await eventually(`it to be cut off by the end of "${name}"`, () => feed.ends > ends);
      await placeSome();
    }
    const due = await eventually("all of it to be told", async () => {
      const timelines = await Promise.all(
        orderIds.map((orderId) => client.get(`/api/orders/${orderId}/timeline`)),
      );
      const items: { position: number; type: string }[] = timelines.flatMap(({ items }) => items);
      const sent = items.filter(({ type }) => type === "NotificationSent").length;
      const last = Math.max(...items.map(({ position }) => position));
      return sent === orderIds.length && feed.told.at(-1)?.id === last && items;
    });
    assert.deepEqual(
      feed.told.map(({ data }) => data),
      due.toSorted((one, other) => one.position - other.position),
    );
    await dev.stop();
  },
});
