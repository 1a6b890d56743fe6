import { ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { time } from "@headwater/core";
import { ShopClient } from "@shop/judge";
import { makeDataPlace } from "../faults/data_place.ts";
import { startDev } from "../faults/dev_process.ts";
import type { BenchmarkCase } from "./benchmark.ts";
import { startConversing } from "./conversing_process.ts";
import { percentile } from "./measure.ts";
import type { Arrivals, FollowersOrder } from "./stream_followers.ts";

const name = "streams";
const customers = 100;
/** Of each customer: each event is told so often. */
const streamsEach = 20;
const ordersPerSecond = 5;
const lookEveryMs = 100;
const kilobytes = 1024;
/** What operators may set who have memory for little but what is in use. */
const smallHeap = { DENO_V8_FLAGS: "--optimize-for-size,--max-semi-space-size=8" };

/** What is measured, and who is measured with it. */
type FollowedShop = {
  readonly client: ShopClient;
  /** What has come since the last time. */
  take(): Promise<Arrivals>;
  /** Of the process that serves all of it, in MB. */
  memory(): Promise<number>;
  readonly memoryBefore: number;
  /** The most that was seen so far. */
  mostMemory(): number;
};

/**
 * 2,000 clients, each with a connection of its own, follow customers of a shop that runs in one process, while orders are
 * placed at a fixed rate, with the heap as it is and with a small one: what reaches them, how long after the log took it, and what the process takes of memory before,
 * at the end of each round, and at the most.
 */
export function streamsCase(): { readonly case: BenchmarkCase } & AsyncDisposable {
  const stack = new AsyncDisposableStack();

  function contend(env: Readonly<Record<string, string>> = {}) {
    let started: Promise<FollowedShop> | undefined;
    return async (ms: number): Promise<readonly number[]> => {
      const shop = await (started ??= startFollowedShop(stack, env));
      await shop.take();
      const begin = performance.now();
      await placeOrders(shop.client, ms);
      const { count, tookMs } = await shop.take();
      return [
        count / (performance.now() - begin) * 1_000,
        percentile(tookMs, 0.5),
        percentile(tookMs, 0.99),
        shop.memoryBefore,
        await shop.memory(),
        shop.mostMemory(),
      ];
    };
  }
  return {
    case: {
      name,
      unit: "events/s",
      also: [
        { name: `${name}, from append to arrival`, unit: "ms p50" },
        { name: `${name}, from append to arrival`, unit: "ms p99" },
        { name: `${name}, memory before`, unit: "MB" },
        { name: `${name}, memory with ${customers * streamsEach} open`, unit: "MB" },
        { name: `${name}, memory at the most`, unit: "MB", summary: "max" },
      ],
      pace: { rounds: 5, msPerRound: 6_000 },
      headwater: contend(),
      others: { "small heap": contend(smallHeap) },
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function startFollowedShop(
  stack: AsyncDisposableStack,
  env: Readonly<Record<string, string>>,
): Promise<FollowedShop> {
  const place = stack.use(await makeDataPlace());
  const dev = stack.use(startDev(place.directory, { env }));
  const { pid, url } = await dev.ready();
  const client = new ShopClient({ shop: url });
  const { status } = await client.receive("SKU1", { quantity: 1_000_000 });
  ok(status === 202, `Cannot fill the shelf: ${status}`);
  const memoryBefore = await memoryOf(pid);
  let most = memoryBefore;
  const stop = new AbortController();
  async function watch(): Promise<void> {
    while (!stop.signal.aborted) {
      most = Math.max(most, await memoryOf(pid));
      await time.pause(lookEveryMs, stop);
    }
  }
  const watching = watch();
  stack.defer(async () => {
    stop.abort();
    await watching;
  });
  const module = fileURLToPath(new URL("./stream_followers.ts", import.meta.url));
  const followers = stack.use(startConversing({ args: ["--allow-net=127.0.0.1", module] }));
  async function order(order: FollowersOrder): Promise<unknown> {
    await followers.say(order);
    return await followers.heard();
  }
  const follow = Array.from(
    { length: customers * streamsEach },
    (_, stream) => `${url}/api/orders/events?customerId=customer-${stream % customers}`,
  );
  await order({ follow });
  return {
    client,
    take: async () => await order({ take: true }) as Arrivals,
    memory: () => memoryOf(pid),
    memoryBefore,
    mostMemory: () => most,
  };
}

/** At a fixed rate, whatever becomes of those before. */
async function placeOrders(client: ShopClient, ms: number): Promise<void> {
  const begin = performance.now();
  const underWay: Promise<void>[] = [];
  async function place(number: number): Promise<void> {
    const { status } = await client.place({ customerId: `customer-${number % customers}` });
    ok(status === 202, `Cannot place an order: ${status}`);
  }
  for (let number = 0; performance.now() - begin < ms; number++) {
    underWay.push(place(number));
    await time.pause(
      Math.max(0, (number + 1) / ordersPerSecond * 1_000 - (performance.now() - begin)),
    );
  }
  await Promise.all(underWay);
}

/** What is resident, in MB. */
async function memoryOf(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "rss=", "-p", String(pid)] })
    .output();
  return Number(new TextDecoder().decode(stdout)) / kilobytes;
}
