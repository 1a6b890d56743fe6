import assert from "node:assert/strict";
import { defineEvents } from "@headwater/core";
import { z } from "zod";
import { historyOf } from "./history_of.ts";

const orderEvents = defineEvents("order", {
  Placed: z.strictObject({
    orderId: z.string().min(1),
    lines: z.array(z.strictObject({ sku: z.string().min(1), quantity: z.int().positive() })),
  }),
  Cancelled: z.strictObject({ orderId: z.string().min(1) }),
});
const paymentEvents = defineEvents("payment", {
  Charged: z.strictObject({ orderId: z.string().min(1), amount: z.int() }),
});
const reads = [orderEvents, paymentEvents];

Deno.test("a history has events of every type, which concern each other, and can be stored", () => {
  const history = historyOf(reads, { count: 300, seed: 7 });
  const types = new Set(history.map(({ event }) => event.type));
  assert.deepEqual([...types].toSorted(), ["Cancelled", "Charged", "Placed"]);
  for (const { stream, event } of history) {
    const schemas = reads.find(({ category }) => stream.startsWith(`${category}-`))!;
    schemas.encode(event as never);
  }
  const orders = history.map(({ event }) => (event.data as { orderId: string }).orderId);
  assert.ok(new Set(orders).size < 20, "there are few of them");
  const charged = history.filter(({ event }) => event.type === "Charged");
  const placed = history.filter(({ event }) => event.type === "Placed");
  assert.ok(
    charged.some(({ event }) =>
      placed.some((other) =>
        (other.event.data as { orderId: string }).orderId ===
          (event.data as { orderId: string }).orderId
      )
    ),
  );
});

Deno.test("it is the same for the same seed, and another for another one", () => {
  const [one, same, other] = [1, 1, 2].map((seed) => historyOf(reads, { count: 20, seed }));
  assert.deepEqual(one, same);
  assert.notDeepEqual(one, other);
});
