import assert from "node:assert/strict";
import { groupTestBed, settings, TestConsumer, typesOf } from "./group_test_bed.ts";

Deno.test("A consumer gets the events of a stream, and what is written later", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  await bed.append("order-1", "Placed", "Paid");
  await client.createPersistentSubscriptionToStream("order-1", "billing", settings());
  await using consumer = new TestConsumer(
    client.subscribeToPersistentSubscriptionToStream("order-1", "billing"),
  );
  assert.deepEqual(typesOf(await consumer.take(2)), ["Placed", "Paid"]);
  await bed.append("order-1", "Shipped");
  assert.deepEqual(typesOf(await consumer.take(1)), ["Shipped"]);
  assert.equal(consumer.subscription.id, "order-1::billing");
});
