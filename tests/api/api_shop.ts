import { silentLog } from "@headwater/core";
import { databasesOn, startThrowAwayPostgres } from "@headwater/host";
import type { describe } from "@headwater/http";
import { shop as application } from "@shop/app";
import { type RunningShop, startShop, waitUntilAtRest } from "@shop/demo";

/** What generated requests ask for, too. */
export const skus = ["TEA", "CUP", "POT", "SPOON"];
export const orderIds = Array.from({ length: 12 }, (_, number) => `order-${number}`);

/** The shop in this process, over real HTTP, on a log and a PostgreSQL that are thrown away. */
export type ApiShop = AsyncDisposable & {
  readonly url: string;
  /** What its gateway says that it is. */
  readonly document: describe.OpenApi;
  /** Resolves when nothing is under way any more. */
  atRest(): Promise<void>;
};

export async function openApiShop(): Promise<ApiShop> {
  await using opening = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "headwater-api-" });
  opening.defer(() => Deno.remove(directory, { recursive: true }));
  const postgres = opening.use(await startThrowAwayPostgres());
  const shop: RunningShop = opening.use(
    await startShop(application, {
      directory,
      database: databasesOn(postgres.url, { prefix: "api", logger: silentLog }),
      name: "api",
      logger: silentLog,
    }),
  );
  await stock(shop);
  const document = await (await fetch(`${shop.url}/openapi.json`)).json();
  const opened = opening.move();
  return {
    url: shop.url,
    document,
    atRest: () => waitUntilAtRest(shop),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Shelves that are never empty, and orders that have come as far as they go by themselves. */
async function stock(shop: RunningShop): Promise<void> {
  const { client } = shop;
  await Promise.all(skus.map((sku) => client.receive(sku, { quantity: 1_000_000 })));
  await Promise.all(
    orderIds.slice(0, orderIds.length / 2).map((orderId) =>
      client.place({ orderId, lines: [{ sku: "TEA", quantity: 1, unitPrice: 450 }] })
    ),
  );
  await waitUntilAtRest(shop);
}
