import type { Event, ReadEvent } from "@event-driven-io/emmett";
import {
  getPostgreSQLEventStore,
  pongoSingleStreamProjection,
  rebuildPostgreSQLProjections,
} from "@event-driven-io/emmett-postgresql";
import pg from "pg";
import { createDatabase } from "./postgres_database.ts";
import { median } from "./rate.ts";

/** Few: it does less than 1,000 a second, however many there are. */
const orders = 1_000;
const types = ["OrderPlaced", "OrderConfirmed", "OrderShipped", "OrderDelivered"] as const;
const rounds = 3;
/** Of 100 (its default), 1,000 and 10,000 the fastest. */
const batchSize = 10_000;

type OrderEvent = Event<typeof types[number], Record<string, unknown>>;
type Order = { _id?: string; status: string; order: Record<string, unknown> };

function evolve(document: Order | null, { type, data }: ReadEvent<OrderEvent>): Order | null {
  switch (type) {
    case "OrderPlaced":
      return { status: "placed", order: data };
    case "OrderConfirmed":
      return document && { ...document, status: "confirmed" };
    case "OrderShipped":
      return document && { ...document, status: "shipped" };
    case "OrderDelivered":
      return document && { ...document, status: "delivered" };
  }
}

const projection = pongoSingleStreamProjection<Order, OrderEvent>({
  collectionName: "orders",
  canHandle: [...types],
  evolve,
});

/**
 * Emmett's own rebuild of a document per order, in larger batches than it takes by itself. Each in a new database: a
 * second one in the same goes on after the first, with the documents gone.
 */
async function measure(serverUrl: string, name: string): Promise<number> {
  const connectionString = await createDatabase(serverUrl, name);
  const store = getPostgreSQLEventStore(connectionString);
  await store.schema.migrate();
  for (let order = 0; order < orders; order++) {
    await store.appendToStream(
      `order-${order}`,
      types.map((type): OrderEvent => ({
        type,
        data: type === "OrderPlaced" ? placed(order) : {},
      })),
    );
  }
  await store.close();
  const startedAt = performance.now();
  const consumer = rebuildPostgreSQLProjections({
    connectionString,
    projections: [projection],
    pulling: { batchSize, pullingFrequencyInMs: 1 },
  });
  await consumer.start();
  const ms = performance.now() - startedAt;
  await consumer.close();
  await assertRebuilt(connectionString);
  return orders * types.length / ms * 1_000;
}

function placed(order: number): Record<string, unknown> {
  return {
    orderId: `order-${order}`,
    customerId: "customer-4711",
    currency: "EUR",
    total: 8_997,
    lines: [{ sku: "SKU-1", quantity: 2, unitPrice: 1_999 }],
    shippingAddress: { name: "Ada Lovelace", line1: "1 Analytical Row", city: "Berlin" },
    paymentMethod: "pm_ok",
  };
}

async function assertRebuilt(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const { rows: [found] } = await client.query(
    "select count(*)::int as count from orders where data ->> 'status' = 'delivered'",
  );
  await client.end();
  if (found.count !== orders) throw new Error(`Cannot trust the rate: ${found.count} documents`);
}

if (import.meta.main) {
  const serverUrl = Deno.env.get("PEERS_DATABASE_URL");
  if (!serverUrl) throw new Error('Cannot measure the rivals: "PEERS_DATABASE_URL" is not set');
  // Emmett prints every error it meets; our answer is on stdout.
  // deno-lint-ignore no-console
  console.log = () => {};
  const rates: number[] = [];
  for (let round = 0; round < rounds; round++) {
    rates.push(await measure(serverUrl, `emmett_rebuild_${round}`));
  }
  const value = Number(median(rates).toPrecision(3));
  const results = [{ case: "rebuild", peers: { "emmett-postgresql-best": value } }];
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ results })}\n`));
}
