import assert from "node:assert/strict";
import { ShopClient } from "./shop_client.ts";

type Step = Response | Error;

Deno.test("what was acknowledged is remembered with its place", async () => {
  const { client } = clientOf(taken("order-7", { revision: 0, position: 12 }));
  const answer = await client.place({ orderId: "order-7" }, { key: "key" });
  assert.deepEqual([answer.status, answer.revision, answer.position], [202, 0, 12]);
  assert.deepEqual(client.acknowledged, [
    { key: "key", event: "OrderPlaced", stream: "order-order-7", revision: 0, position: 12 },
  ]);
});

Deno.test("a command is sent again with the same key while the shop is away", async () => {
  const { client, sent } = clientOf(
    new TypeError("connection refused"),
    new Response("{}", { status: 503 }),
    taken("a", { revision: 0, position: 1 }),
  );
  assert.equal((await client.place()).status, 202);
  const keys = sent.map(({ headers }) => headers.get("Idempotency-Key"));
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 1);
  assert.ok(keys[0]);
  assert.equal(client.acknowledged.length, 1);
});

Deno.test("what was refused is not acknowledged, and not sent again", async () => {
  const { client, sent } = clientOf(problem(409, "order-already-shipped"));
  const answer = await client.cancel("a");
  assert.deepEqual([answer.status, answer.body.code], [409, "order-already-shipped"]);
  assert.equal(sent.length, 1);
  assert.deepEqual(client.acknowledged, []);
});

Deno.test("patience ends, with the answer or the error there was last", async () => {
  const busy = clientOf(problem(503, "unavailable"), problem(503, "unavailable"));
  assert.equal((await busy.client.cancel("a")).status, 503);
  const gone = clientOf(new TypeError("connection refused"), new TypeError("connection refused"));
  await assert.rejects(gone.client.cancel("a"), /connection refused/);
});

Deno.test("other errors are nobody's absence: they are thrown at once", async () => {
  const { client, sent } = clientOf(
    new RangeError("a bug"),
    taken("a", { revision: 0, position: 1 }),
  );
  await assert.rejects(client.place(), /a bug/);
  assert.equal(sent.length, 1);
});

Deno.test("a query that fails says what the shop said", async () => {
  const { client } = clientOf(problem(404, "order-unknown"));
  await assert.rejects(
    client.get("/api/orders/x"),
    /Cannot get "\/api\/orders\/x": 404 .*order-unkn/,
  );
});

Deno.test("all pages of a list are read", async () => {
  const { client, sent } = clientOf(
    Response.json({ items: [1, 2], nextCursor: "7" }),
    Response.json({ items: [3], nextCursor: null }),
  );
  assert.deepEqual(await client.all("/api/orders"), [1, 2, 3]);
  assert.deepEqual(sent.map(({ url }) => new URL(url).search), [
    "?limit=200",
    "?limit=200&cursor=7",
  ]);
});

/** A client of a shop that answers so, one after the other; it has patience for one more try. */
function clientOf(...steps: readonly Step[]) {
  const sent: Request[] = [];
  const client = new ShopClient({
    patienceMs: steps.length === 3 ? 5_000 : 25,
    shop(request) {
      const step = steps[sent.length] ?? steps.at(-1);
      sent.push(request);
      assert.ok(step);
      return step instanceof Error ? Promise.reject(step) : Promise.resolve(step.clone());
    },
  });
  return { client, sent };
}

function taken(
  orderId: string,
  { revision, position }: { readonly revision: number; readonly position: number },
): Response {
  return Response.json({ orderId, revision }, {
    status: 202,
    headers: { ETag: `"${revision}"`, "X-Position": String(position) },
  });
}

function problem(status: number, code: string): Response {
  return new Response(JSON.stringify({ code }), {
    status,
    headers: { "Content-Type": "application/problem+json" },
  });
}
