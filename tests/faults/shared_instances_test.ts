import assert from "node:assert/strict";
import { eventually } from "@headwater/testing";
import { openSharedShop, type SharedShop } from "./shared_shop.ts";
import { loadOf, type ShopLoad } from "./shop_load.ts";

/** In milliseconds. Operators are promised 6 s; machines that test have a lot to do besides. */
const longestMove = 15_000;

const ignore = Deno.build.os === "windows";

/** Orders are placed until one of both has some of them under way, when this is done to it. */
async function whileUnderWay(
  { one, other, drivenBy, untilDriven }: SharedShop,
  { load, act }: { readonly load: ShopLoad; act(): void | Promise<void> },
) {
  await untilDriven(new Map([[one, 8], [other, 8]]));
  const placed = load.place();
  const before = await eventually("some of its instances to be unfinished", async () => {
    const driven = await drivenBy(one);
    return driven.size >= 4 && driven;
  });
  const at = performance.now();
  await act();
  const left = before.union(await drivenBy(one));
  await untilDriven(new Map([[other, 16]]));
  return { placed, left, at, movedMs: Math.round(performance.now() - at) };
}

async function endAll(load: ShopLoad): Promise<void> {
  await load.everybodyTold();
  await load.goOn();
  await load.endsAsTold();
}

Deno.test({
  name:
    "of two processes of the order service one is killed under load, and the other ends its orders",
  ignore,
  async fn() {
    await using shared = await openSharedShop();
    const load = loadOf(shared.client, { orders: 80 });
    const act = () => shared.one.kill();
    const { placed, left, at: killedAt, movedMs } = await whileUnderWay(shared, { load, act });
    await placed;
    await endAll(load);
    await shared.judge();

    const { ids, sendings } = shared.targets;
    // The first command for each: what was under way in the moment of its end does not count
    const wentOn = [...left].flatMap((id) =>
      sendings.find(({ orderId, at }) => orderId === id && at > killedAt + 1_000)?.at ?? []
    );
    const lastMs = Math.round(Math.max(...wentOn) - killedAt);
    tell(
      `Of ${left.size} instances of a killed process ${wentOn.length} went on after ${movedMs} ms, ` +
        `the last after ${lastMs} ms; ${ids.size} commands were sent, ` +
        `${sendings.length - ids.size} times one again, none under two ids`,
    );
    assert.ok(wentOn.length > 0);
    assert.ok(lastMs < longestMove, `some of its instances did not go on for ${lastMs} ms`);
  },
});

Deno.test({
  name: "a process that is frozen until another has its orders, and then goes on, does no harm",
  ignore,
  async fn() {
    await using shared = await openSharedShop();
    const { one, other } = shared;
    const load = loadOf(shared.client, { orders: 80 });
    const act = () => one.freeze();
    const { placed, movedMs } = await whileUnderWay(shared, { load, act });
    one.thaw();
    await placed;
    await shared.untilDriven(new Map([[one, 8], [other, 8]]));
    await endAll(load);
    await shared.judge();
    assert.ok(movedMs < longestMove, `nobody drove its instances for ${movedMs} ms`);
  },
});

function tell(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
