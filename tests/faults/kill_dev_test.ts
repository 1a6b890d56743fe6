import { time } from "@headwater/core";
import { eventually } from "@headwater/testing";
import { seededRandom } from "@shop/demo";
import { makeDataPlace } from "./data_place.ts";
import { openDevShop } from "./dev_shop.ts";
import { judgeData } from "./judge_data.ts";
import { loadOf } from "./shop_load.ts";

/** What is tried; another one for each run, unless HEADWATER_SEED says which. */
const seed = Number(Deno.env.get("HEADWATER_SEED") || Date.now() % 1_000_000);

Deno.test({
  name: "a shop that is killed again and again under load loses nothing that it acknowledged",
  ignore: Deno.build.os === "windows",
  async fn() {
    try {
      await killAgainAndAgain();
    } catch (error) {
      throw new Error(`It happened with HEADWATER_SEED=${seed}`, { cause: error });
    }
  },
});

async function killAgainAndAgain(): Promise<void> {
  const { whole } = seededRandom(seed);
  await using place = await makeDataPlace();
  await using shop = await openDevShop(place.directory);
  const { client } = shop;
  const load = loadOf(client, { orders: 80 });

  async function killWhile(work: Promise<void>, kills: number): Promise<void> {
    let isDone = false;
    const done = work.finally(() => isDone = true);
    for (let kill = 0; kill < kills; kill++) {
      const enough = client.acknowledged.length + whole(25);
      // Between two of them, or while their consequences go on
      const afterMs = whole(300);
      await eventually(`${enough} commands`, () => isDone || client.acknowledged.length >= enough);
      await time.pause(afterMs);
      await shop.kill();
      await shop.start();
    }
    await done;
  }

  await killWhile(load.place(), 3);
  await load.everybodyTold();
  await killWhile(load.goOn(), 1);
  await load.endsAsTold();

  await shop.process.stop();
  await place.deserted();
  await judgeData(place.directory, client);
}
