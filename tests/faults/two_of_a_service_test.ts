import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { connect, startThrowAwayPostgres } from "@headwater/postgres";
import { eventually } from "@headwater/testing";
import { startEventStoreProcess } from "./event_store_process.ts";
import { type OrderProcess, startOrder } from "./order_process.ts";

/** In milliseconds: what operators are promised. */
const longestMove = 6_000;

const placement = {
  customerId: "customer-1",
  currency: "EUR",
  lines: [{ sku: "SKU1", quantity: 2, unitPrice: 1_250 }],
  shippingAddress: {
    ...{ name: "Ada Lovelace", line1: "1 Analytical Way", city: "London" },
    ...{ postalCode: "W1S 4BS", country: "GB" },
  },
  paymentMethod: "pm_ok",
};

/** An order that one process takes is seen at another one by who has placed it. */
async function placed(at: OrderProcess, seenAt: OrderProcess): Promise<void> {
  const orderId = crypto.randomUUID();
  const response = await fetch(`${at.url}/api/orders`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": orderId },
    body: JSON.stringify({ orderId, ...placement }),
  });
  assert.equal(response.status, 202, await response.text());
  const position = response.headers.get("X-Position")!;
  const seen = await fetch(`${seenAt.url}/orders/${orderId}`, {
    headers: { "X-Min-Position": position, Prefer: "wait=10" },
  });
  const order = await seen.json();
  assert.equal(seen.status, 200, JSON.stringify(order));
  assert.deepEqual([order.orderId, order.status], [orderId, "placed"]);
}

Deno.test({
  name:
    "two processes of a service both serve, share its read models, and take over from each other",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using postgres = await startThrowAwayPostgres();
    await using store = await startEventStoreProcess();
    const env = {
      DATABASE_URL: postgres.url,
      EVENTSTORE_URL: `esdb://127.0.0.1:${store.port}?tls=false`,
      LAME_DUCK_MS: "100",
    };
    await using one = await startOrder(env);
    await using other = await startOrder(env);
    const database = new URL(postgres.url);
    database.pathname = "/headwater_order";
    const sql = connect({ url: database.href, name: "test", max: 1, logger: silentLog });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => sql.end({ timeout: 1 }));
    const owner = async () => {
      const [found] = await sql<{ owner: string }[]>`
        select owner from projection_generation
        where status = 'live' and lease_until > clock_timestamp()`;
      return found?.owner;
    };
    for (const [at, seenAt] of [[one, one], [one, other], [other, one], [other, other]] as const) {
      await placed(at, seenAt);
    }
    const before = await owner();
    assert.ok(before);
    const [owning, left] = before.endsWith(`:${new URL(one.url).port}`)
      ? [one, other]
      : [other, one];
    const killedAt = performance.now();
    await owning.kill();
    await eventually("another owner", async () => {
      const now = await owner();
      return now !== undefined && now !== before;
    });
    const ms = performance.now() - killedAt;
    assert.ok(ms < longestMove, `it had no owner for ${ms} ms`);
    await placed(left, left);
    await using third = await startOrder(env);
    await placed(third, left);
    await placed(left, third);

    left.signal("SIGTERM");
    assert.equal(await left.ended(), 0);
    // Handed over, not left to run out
    const held = await sql<{ owner: string }[]>`
      select owner from (
        select owner, lease_until from projection_generation
        union all select owner, lease_until from process_slice
      ) as leases where lease_until > clock_timestamp()`;
    const ports = new Set(held.flatMap(({ owner }) => /:(\d+)/.exec(owner)?.[1] ?? []));
    const port = ({ url }: OrderProcess) => new URL(url).port;
    assert.deepEqual([ports.has(port(left)), ports.has(port(third))], [false, true]);
    await placed(third, third);
  },
});
