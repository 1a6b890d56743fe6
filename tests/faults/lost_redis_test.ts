import { eventLog, silentLog } from "@headwater/core";
import { gateway } from "@headwater/gateway";
import { application, databasesOn, type Host, startHost } from "@headwater/host";
import { declare, edge, routes } from "@headwater/http";
import { startThrowAwayPostgres } from "@headwater/postgres";
import { openRedisStore } from "@headwater/redis";
import { isRedisInstalled, startRedis } from "@headwater/redis/testing";
import { eventually } from "@headwater/testing";
import { inventoryService } from "@shop/inventory";
import { orderService } from "@shop/order";
import assert from "node:assert/strict";

const logger = silentLog;
const limited = declare({ rate: { requests: 5, windowMs: 600_000 } });

/** The inventory, whose stock is shown from a cache, with a route that each client may ask five times. */
const stock = application({
  name: "stock",
  services: [{
    ...inventoryService,
    sagas: [],
    // A route of its own is for the customers of orders
    owned: orderService.owned,
    routes: routes().route("/", inventoryService.routes!)
      .get("/api/limited", limited, (c) => c.json({})),
  }],
  createGateway: gateway({ pages: [] }),
});

type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };

function clientOf({ gateway }: Host, address = "192.0.2.1") {
  return async (
    path: string,
    { headers = {}, body }: {
      readonly headers?: Record<string, string>;
      readonly body?: unknown;
    } = {},
  ): Promise<Answer> => {
    const request = new Request(`http://127.0.0.1${path}`, {
      headers: { ...headers, ...(body !== undefined && { "Content-Type": "application/json" }) },
      ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
    });
    edge.noteClientAddress(request, address);
    const answer = await gateway(request);
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
}

async function receive(host: Host, sku: string): Promise<string> {
  const { status, headers } = await clientOf(host)(`/api/inventory/items/${sku}/receive`, {
    body: { quantity: 1 },
  });
  assert.equal(status, 202);
  return headers.get("X-Position")!;
}

let newSkus = 0;

/** What one gateway has fetched the other gives again, without having asked for it. */
async function assertCacheIsShared(one: Host, other: Host): Promise<void> {
  await eventually("an answer of another gateway's", async () => {
    const sku = `NEW${++newSkus}`;
    const path = `/api/inventory/items/${sku}`;
    const position = await receive(one, sku);
    for (const host of [one, other]) {
      await clientOf(host)(path, { headers: { "X-Min-Position": position } });
    }
    await clientOf(one)(path);
    const { headers } = await clientOf(other)(path);
    return headers.get("Cache-Status")?.startsWith("headwater; hit");
  });
}

async function assertLimitsAreShared(
  [one, other]: readonly [Host, Host],
  address: string,
): Promise<void> {
  const [ask, askOther] = [clientOf(one, address), clientOf(other, address)];
  const statuses: number[] = [];
  for (const each of [ask, ask, ask, askOther, askOther, askOther, ask]) {
    statuses.push((await each("/api/limited")).status);
  }
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
}

async function warns({ gateway }: Host): Promise<boolean> {
  const answer = await gateway(new Request("http://127.0.0.1/health/ready"));
  assert.equal(answer.status, 200);
  const { checks } = await answer.json();
  return checks.redis[0].status === "warn";
}

Deno.test({
  name: isRedisInstalled
    ? "Redis stops and starts under load: no request fails, health warns and recovers, gateways share before and after"
    : "two gateways over one Redis are left out: redis-server is not installed",
  ignore: !isRedisInstalled,
  async fn() {
    await using postgres = await startThrowAwayPostgres();
    await using redis = await startRedis();
    await using log = eventLog.memoryLog();
    await using running = new AsyncDisposableStack();
    async function start(processName: string): Promise<Host> {
      const sharedStore = running.use(
        await openRedisStore({
          ...{ url: redis.url, prefix: "stock:", longestPauseMs: 100, logger },
          // It is there or not, however busy the machine is
          commandMs: 20_000,
        }),
      );
      const database = databasesOn(postgres.url, { prefix: "redis", logger });
      return running.use(
        await startHost(stock, {
          ...{ log, database, processName, sharedStore, logger },
          gatewayChecks: [sharedStore.check],
          healthEveryMs: 100,
        }),
      );
    }
    const one = await start("one:1");
    const other = await start("other:1");
    await assertCacheIsShared(one, other);
    await assertLimitsAreShared([one, other], "192.0.2.10");

    const ended = new AbortController();
    const answered: number[] = [];
    let round = 0;
    async function load(sku: string): Promise<number> {
      let received = 0;
      while (!ended.signal.aborted) {
        const [writes, reads] = received % 2 === 0 ? [one, other] : [other, one];
        const position = await receive(writes, sku);
        received++;
        const least = { headers: { "X-Min-Position": position, Prefer: "wait=20" } };
        for (const asked of [least, {}, {}, least]) {
          const { status, body } = await clientOf(reads)(`/api/inventory/items/${sku}`, asked);
          assert.equal(status, 200, JSON.stringify(body));
          const { onHand } = body as { readonly onHand: number };
          // Who asks for a position sees it, from whatever cache
          if ("headers" in asked) assert.equal(onHand, received);
          else assert.ok(onHand <= received);
        }
        const { status } = await clientOf(reads, `198.51.100.${round++ % 250}`)("/api/limited");
        assert.ok(status === 200 || status === 429, String(status));
        answered.push(performance.now());
      }
      return received;
    }
    const skus = ["A", "B", "C"];
    const loads = Promise.all(skus.map(load));
    const more = (count: number) => {
      const before = answered.length;
      return eventually("the load to go on", () => answered.length >= before + count);
    };
    try {
      await Promise.race([more(10), loads]);
      await redis.stop();
      for (const host of [one, other]) await eventually("the warning", () => warns(host));
      await Promise.race([more(10), loads]);
      await redis.start();
      for (const host of [one, other]) {
        await eventually("its return", async () => !await warns(host));
      }
      await Promise.race([more(10), loads]);
      await assertCacheIsShared(one, other);
      await assertLimitsAreShared([one, other], "192.0.2.11");
    } finally {
      ended.abort();
    }
    const endedAt = performance.now();
    for (const [index, received] of (await loads).entries()) {
      for (const host of [one, other]) {
        await eventually("the last of what was received", async () => {
          const { body } = await clientOf(host)(`/api/inventory/items/${skus[index]}`);
          return (body as { readonly onHand: number }).onHand === received;
        });
      }
    }
    // Long before any of it would end by itself
    assert.ok(performance.now() - endedAt < 30_000);
  },
});
