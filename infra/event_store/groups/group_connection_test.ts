import assert from "node:assert/strict";
import { jsonEvent } from "@eventstore/db-client";
import { eventually } from "@headwater/testing";
import { groupTestBed, settings, TestConsumer } from "../testing/group_test_bed.ts";

const stream = "order-1";

Deno.test("A client that does not read stops only its own connection, and goes on when it does", async () => {
  await using bed = await groupTestBed();
  const { client } = bed;
  const patient = settings({ messageTimeout: 0 });
  await client.createPersistentSubscriptionToStream(stream, "group", patient);
  const idle = client.subscribeToPersistentSubscriptionToStream(stream, "group", {
    bufferSize: 1000,
  });
  idle.once("confirmation", () => idle.pause());
  idle.resume();
  await eventually("the connection", () => idle.id !== undefined);
  await using busy = bed.consume("group", { stream, bufferSize: 10 });
  await busy.confirmed;
  const count = 150;
  const data = { text: "x".repeat(100_000) };
  for (let n = 0; n < count; n += 10) {
    const events = Array.from({ length: 10 }, () => jsonEvent({ type: "Big", data }));
    await client.appendToStream(stream, events);
  }
  async function connections() {
    const info = await client.getPersistentSubscriptionToStreamInfo(stream, "group");
    return info.connections.map(({ inFlightMessages }) => inFlightMessages);
  }
  let taken = 0;
  while (taken < count - 60) {
    await busy.ack(await busy.take(1));
    taken++;
  }
  const [held] = await connections();
  assert.ok(held! > 0 && held! <= 60, `${held} wait for who does not read`);
  const late = new TestConsumer(idle);
  idle.resume();
  await late.take(held!);
  await idle.unsubscribe();
});
