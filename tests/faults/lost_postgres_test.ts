import { silentLog } from "@headwater/core";
import { dropDatabase, startEmbeddedPostgres } from "@headwater/postgres";
import { eventually } from "@headwater/testing";
import { shop as application } from "@shop/app";
import { makeDataPlace } from "./data_place.ts";
import { openDevShop } from "./dev_shop.ts";
import { judgeData } from "./judge_data.ts";
import { loadOf } from "./shop_load.ts";

Deno.test({
  name: "a shop that loses its databases under load takes everything from its log, and goes on",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await makeDataPlace();
    await using shop = await openDevShop(place.directory);
    const { client } = shop;
    const load = loadOf(client, { orders: 60 });
    const placing = load.place();
    await eventually("orders under way", () => client.acknowledged.length >= 40);
    await shop.kill();
    await loseDatabases(place.directory);
    await shop.start();
    await placing;
    await load.everybodyTold();
    await load.goOn();
    await load.endsAsTold();

    await shop.process.stop();
    await place.deserted();
    await judgeData(place.directory, client);
  },
});

/** All but that of the payments: what the simulated provider has in it would not be lost with ours. */
async function loseDatabases(directory: string): Promise<void> {
  const logger = silentLog;
  await using postgres = await startEmbeddedPostgres({
    directory: `${directory}/postgres`,
    logger,
  });
  for (const { name } of application.services) {
    if (name === "payment") continue;
    await dropDatabase({ adminUrl: postgres.url, name: `headwater_${name}`, logger });
  }
}
