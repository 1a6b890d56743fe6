import { ok } from "node:assert/strict";
import { silentLog, time } from "@headwater/core";
import { databasesOn, describeRunning } from "@headwater/host";
import { connect } from "@headwater/postgres";
import { ShopClient } from "@shop/judge";
import type { Sql } from "postgres";
import { makeDataPlace } from "../faults/data_place.ts";
import { startDev } from "../faults/dev_process.ts";
import { type CpuTime, cpuTime } from "./cpu_time.ts";

/** A shop under load in processes of its own. */
export type MeasuredShop = AsyncDisposable & {
  /** Of its gateway. */
  readonly url: string;
  /** Of the process that started all others. */
  readonly pid: number;
  /** Keeps so many orders under way for about `ms` milliseconds, then waits until every customer was told. */
  work(options: { readonly ms: number; readonly inFlight: number }): Promise<Work>;
};

export type Work = {
  /** Placed and confirmed. */
  readonly orders: number;
  /** From the first order's placing to the last one's confirmation. */
  readonly confirmedMs: number;
  /** What each placing took. */
  readonly placingMs: readonly number[];
  readonly cpu: CpuTime;
};

/** How its customers act, and how they see what came of it. */
type Counter = {
  readonly client: ShopClient;
  readonly orders: Sql;
  readonly notifications: Sql;
};

/** So many that orders seldom want the same at the same time. */
const skus = Array.from({ length: 100 }, (_, number) => `SKU${number}`);
/** How often the orders under way are looked for. */
const lookEveryMs = 25;

/**
 * `deno task dev` of the checkout in a folder, on data that are thrown away. Orders are placed over HTTP; what became of
 * them is looked up in the read models, since asking the shop that often would cost it as much as some of its work.
 */
export async function startMeasuredShop(
  { folder, args = [], prepare }: {
    readonly folder: string;
    readonly args?: readonly string[];
    /** Told the data directory before there is anything in it. */
    readonly prepare?: (directory: string) => Promise<void>;
  },
): Promise<MeasuredShop> {
  await using starting = new AsyncDisposableStack();
  const place = starting.use(await makeDataPlace());
  await prepare?.(place.directory);
  // Tests want to hear sooner how it is than anybody else does
  const env = { HEALTH_EVERY_MS: "" };
  const process = starting.use(startDev(place.directory, { args, cwd: folder, env }));
  const { pid, url } = await process.ready();
  const running = await describeRunning(place.directory);
  const urlOf = databasesOn(running?.urls.postgres ?? "", { logger: silentLog });
  async function database(service: string): Promise<Sql> {
    const url = await urlOf(service);
    const sql = connect({ url, name: "bench", max: 1, byKeys: true, logger: silentLog });
    starting.defer(() => sql.end());
    return sql;
  }
  const counter: Counter = {
    client: new ShopClient({ shop: url }),
    orders: await database("order"),
    notifications: await database("notification"),
  };
  await Promise.all(skus.map(async (sku) => {
    const { status } = await counter.client.receive(sku, { quantity: 1_000_000 });
    ok(status === 202, `Cannot fill the shelf of "${sku}": ${status}`);
  }));
  starting.defer(async () => {
    process.interrupt();
    await process.ended();
  });
  const started = starting.move();
  return {
    url,
    pid,
    async work(options) {
      const before = await cpuTime(pid);
      const worked = await work(counter, options);
      const after = await cpuTime(pid);
      const cpu = { own: after.own - before.own, postgres: after.postgres - before.postgres };
      return { ...worked, cpu };
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function work(
  counter: Counter,
  { ms, inFlight }: { readonly ms: number; readonly inFlight: number },
): Promise<Omit<Work, "cpu">> {
  // Of this round alone, so that it can be told from others'
  const customerId = crypto.randomUUID();
  const begin = performance.now();
  const underWay = new Map<string, () => void>();
  const placingMs: number[] = [];

  async function buyOne(): Promise<void> {
    const orderId = crypto.randomUUID();
    const sku = skus[placingMs.length % skus.length]!;
    const sentAt = performance.now();
    const lines = [{ sku, quantity: 1, unitPrice: 1_000 }];
    const { status } = await counter.client.place({ orderId, customerId, lines });
    ok(status === 202, `Cannot place an order: ${status}`);
    placingMs.push(performance.now() - sentAt);
    const { promise, resolve } = Promise.withResolvers<void>();
    underWay.set(orderId, resolve);
    await promise;
  }
  async function buy(): Promise<void> {
    while (performance.now() - begin < ms) await buyOne();
  }
  const isOver = new AbortController();
  const watching = watch(counter.orders, { underWay, signal: isOver.signal });
  await Promise.all(Array.from({ length: inFlight }, buy));
  const confirmedMs = performance.now() - begin;
  isOver.abort();
  await watching;
  await allTold(counter.notifications, { customerId, orders: placingMs.length });
  return { orders: placingMs.length, confirmedMs, placingMs };
}

/** Lets those who wait for it know that their order was confirmed, until the signal. */
async function watch(
  sql: Sql,
  { underWay, signal }: {
    readonly underWay: Map<string, () => void>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  for (;;) {
    await time.pause(lookEveryMs, { signal });
    if (signal.aborted) return;
    const confirmed = await sql<{ id: string }[]>`
      select order_id as id from customer_order
      where status = 'confirmed' and order_id = any(array(
        select json_array_elements_text(${JSON.stringify([...underWay.keys()])}::text::json)))`;
    for (const { id } of confirmed) {
      underWay.get(id)?.();
      underWay.delete(id);
    }
  }
}

/** Resolves when as many customers as placed orders were told so. */
async function allTold(
  sql: Sql,
  { customerId, orders }: { readonly customerId: string; readonly orders: number },
): Promise<void> {
  for (let told = 0; told < orders;) {
    await time.pause(lookEveryMs);
    const [found] = await sql<{ told: number }[]>`
      select count(*)::float8 as told from notification where customer_id = ${customerId}`;
    told = found?.told ?? 0;
  }
}
