import assert from "node:assert/strict";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { eventually, within } from "@headwater/testing";
import { ShopClient } from "@shop/judge";
import { makeDataPlace } from "./data_place.ts";
import { startSilentProxy } from "../postgres/silent_proxy.ts";
import { startDev } from "./dev_process.ts";
import { loadOf } from "./shop_load.ts";

/** What is promised: connections that do not answer are given up and made anew. */
const healMs = 15_000;

Deno.test({
  name: "a shop whose PostgreSQL falls silent is well again soon after, and ends soon while it is",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using postgres = await startThrowAwayPostgres();
    await using proxy = startSilentProxy(postgres.port);
    await using place = await makeDataPlace();
    const url = postgres.url.replace(`:${postgres.port}/`, `:${proxy.port}/`);
    await using dev = startDev(place.directory, { env: { DATABASE_URL: url } });
    const { url: shop } = await dev.ready();
    const client = new ShopClient({ shop, patienceMs: 60_000 });
    const load = loadOf(client, { orders: 20 });
    const placing = load.place();
    await eventually("orders", () => client.acknowledged.length >= 5);

    proxy.beSilent(true);
    await eventually("the shop to say so", async () => {
      const { status, body } = await client.query("/health/ready");
      // It takes commands: those need the log alone
      assert.equal(status, 200);
      return JSON.stringify(body.checks).includes("postgres: ");
    });
    proxy.beSilent(false);
    const wellAgain = eventually("the shop to be well", async () => {
      return (await client.query("/health/ready")).body.status === "pass";
    });
    await within("the shop to be well", wellAgain, { ms: healMs });
    await placing;
    await load.everybodyTold();

    proxy.beSilent(true);
    const reading = client.query("/api/orders?limit=5").catch(() => undefined);
    await dev.stop();
    proxy.beSilent(false);
    await reading;
    assert.ok(client.acknowledged.length >= 20);
  },
});
