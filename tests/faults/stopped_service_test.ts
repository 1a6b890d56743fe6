import assert from "node:assert/strict";
import { eventually, within } from "@headwater/testing";
import { ShopClient } from "@shop/judge";
import { makeDataPlace } from "./data_place.ts";
import { startDev } from "./dev_process.ts";

/** What the order page gives a part. */
const budgetMs = 2_000;

Deno.test({
  name:
    "a split shop whose payment stands still shows orders without it, the second time at once, takes more, and ends them when it goes on; so it does without shipping, until that is killed and runs again",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using place = await makeDataPlace();
    await using dev = startDev(place.directory, { args: ["--split"] });
    const { url: shop } = await dev.ready();
    const client = new ShopClient({ shop, patienceMs: 60_000 });
    await client.receive("SKU1", { quantity: 10 });
    const first = await placed(client);
    await eventually("the first order to be shown whole", async () => {
      return isWhole(await page(client, first));
    });

    using payment = stopped(dev.processes().get("payment")!);
    const { meta, data } = await within("a page", page(client, first), { ms: 4 * budgetMs });
    assert.deepEqual([meta.complete, statesOf(meta)], [false, "ok timeout ok ok"]);
    assert.deepEqual([data.order.orderId, data.payment], [first, null]);
    // Of two, since a busy machine may hold up one of them
    const tookMs = [await timeOf(page(client, first)), await timeOf(page(client, first))];
    assert.ok(Math.min(...tookMs) < budgetMs, `the next pages took ${tookMs} ms`);
    const second = await placed(client);
    await eventually("its stock to be reserved", async () => {
      const { data } = await page(client, second);
      return data.reservations.length === 1;
    });

    payment.goOn();
    for (const orderId of [first, second]) {
      await eventually(`order "${orderId}" to be shown whole`, async () => {
        return isWhole(await page(client, orderId));
      });
    }

    using shipping = stopped(dev.processes().get("shipping")!);
    const patienceMs = 1_000;
    const headers = { "X-Request-Timeout-Ms": String(patienceMs) };
    await eventually("a page in time, with the shipment marked", async () => {
      const begunAt = performance.now();
      const { status, body } = await client.send(`/api/orders/${first}`, { headers });
      // A machine that is busy may hold up a page, but not each
      return performance.now() - begunAt < patienceMs && status === 200 &&
        body.data.shipment === null && /^ok ok ok (timeout|open)$/.test(statesOf(body.meta));
    });
    shipping.kill();
    await eventually("the page to be whole again by itself", async () => {
      return isWhole(await page(client, first));
    });
    await dev.stop();
  },
});

async function placed(client: ShopClient): Promise<string> {
  const { status, body } = await client.place();
  assert.equal(status, 202, JSON.stringify(body));
  return body.orderId;
}

/** The order page, once the order is in it. */
async function page(client: ShopClient, orderId: string) {
  return await eventually(`the page of order "${orderId}"`, async () => {
    const { status, body } = await client.query(`/api/orders/${orderId}`);
    return status === 200 && body;
  });
}

async function timeOf(work: Promise<unknown>): Promise<number> {
  const begunAt = performance.now();
  await work;
  return performance.now() - begunAt;
}

function isWhole({ meta, data }: Awaited<ReturnType<typeof page>>): boolean {
  return meta.complete && statesOf(meta) === "ok ok ok ok" &&
    data.order.status === "confirmed" && data.payment.status === "charged";
}

/** In the order of the page. */
function statesOf({ parts }: { parts: Record<string, { status: string }> }): string {
  return Object.values(parts).map(({ status }) => status).join(" ");
}

/** A process that stands still until it is told to go on, is killed, or this is disposed. */
function stopped(pid: number): Disposable & { goOn(): void; kill(): void } {
  let isStopped = true;
  function send(signal: Deno.Signal): void {
    if (isStopped) Deno.kill(pid, signal);
    isStopped = false;
  }
  Deno.kill(pid, "SIGSTOP");
  const goOn = () => send("SIGCONT");
  return { goOn, kill: () => send("SIGKILL"), [Symbol.dispose]: goOn };
}
