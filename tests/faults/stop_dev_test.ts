import assert from "node:assert/strict";
import { eventually } from "@headwater/testing";
import { makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";
import { openDevShop } from "./dev_shop.ts";
import { judgeData } from "./judge_data.ts";
import { loadOf } from "./shop_load.ts";

const ignore = Deno.build.os === "windows";

Deno.test({
  name:
    "a shop that is stopped under load, by Ctrl-C or by the system, ends soon and goes on later",
  ignore,
  async fn() {
    await using place = await makeDataPlace();
    await using shop = await openDevShop(place.directory);
    const { client } = shop;
    const load = loadOf(client, { orders: 40 });
    let isPlaced = false;
    const placing = load.place().finally(() => isPlaced = true);

    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      const enough = client.acknowledged.length + 8;
      await eventually("orders", () => isPlaced || client.acknowledged.length >= enough);
      await shop.process.stop(signal);
      await place.deserted();
      await shop.start();
    }
    await placing;
    await load.everybodyTold();

    await using second = startDev(place.directory);
    const { code, stdout, stderr } = await second.ended();
    assert.equal(code, 1);
    assert.equal(stdout, "");
    const { pid, url } = shop.running;
    assert.equal(
      stderr,
      `Cannot use data directory "${place.directory}": process ${pid} uses it, at ${url}\n`,
    );
    assert.equal((await client.query("/health/ready")).status, 200);

    await shop.process.stop();
    await place.deserted();
    await judgeData(place.directory, client);
  },
});

Deno.test({
  name: "a first start that is interrupted ends without a word, and the next one succeeds",
  ignore,
  async fn() {
    await using place = await makeDataPlace();
    {
      await using interrupted = startDev(place.directory);
      await eventually("PostgreSQL's directory", () => exists(`${place.directory}/postgres`));
      interrupted.interrupt();
      const { code, stderr } = await interrupted.ended();
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    }
    {
      await using killed = startDev(place.directory);
      await eventually("the lock", () => exists(`${place.directory}/lock`));
      killed.interrupt("SIGKILL");
      await killed.ended();
    }
    await using shop = await openDevShop(place.directory);
    assert.equal((await shop.client.query("/health/live")).status, 200);
    await shop.process.stop();
    await place.deserted();
  },
});

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
