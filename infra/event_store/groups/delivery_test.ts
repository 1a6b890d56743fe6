import assert from "node:assert/strict";
import { deliveryTestBed } from "../testing/delivery_test_bed.ts";

Deno.test("Nobody gets more messages than fit into its buffer before it acknowledges some", () => {
  const bed = deliveryTestBed();
  const first = bed.delivery.connect(2);
  bed.write(5);
  assert.deepEqual(bed.sentTo(first), [0, 1]);
  bed.acknowledge(0);
  assert.deepEqual(bed.sentTo(first), [0, 1, 2]);
});

Deno.test("Consumers take turns where the strategy is RoundRobin, and a full one is passed over", () => {
  const bed = deliveryTestBed();
  const [small, large] = [bed.delivery.connect(1), bed.delivery.connect(10)];
  bed.write(5);
  assert.deepEqual(bed.sentTo(small), [0]);
  assert.deepEqual(bed.sentTo(large), [1, 2, 3, 4]);
});

Deno.test("One consumer gets everything until it is full where the strategy is DispatchToSingle", () => {
  const bed = deliveryTestBed({ consumerStrategy: "DispatchToSingle" });
  const [first, second] = [bed.delivery.connect(3), bed.delivery.connect(3)];
  bed.write(4);
  assert.deepEqual(bed.sentTo(first), [0, 1, 2]);
  assert.deepEqual(bed.sentTo(second), [3]);
});

Deno.test("Events of one stream go to one consumer where the strategy is Pinned", () => {
  const bed = deliveryTestBed({ consumerStrategy: "Pinned" });
  const consumers = [bed.delivery.connect(100), bed.delivery.connect(100)];
  bed.write(100, { streamOf: (place) => `stream-${place % 10}` });
  const streams = consumers.map((each) => new Set(bed.sentTo(each).map((place) => place % 10)));
  assert.equal(streams[0]!.size + streams[1]!.size, 10);
  assert.ok(streams.every(({ size }) => size > 0), "both get some");
});

Deno.test("What is pinned to a full consumer waits, and lets what is pinned to others pass", () => {
  const bed = deliveryTestBed({ consumerStrategy: "Pinned" });
  const consumers = [bed.delivery.connect(1), bed.delivery.connect(1)];
  bed.write(40, { streamOf: (place) => `stream-${place % 10}` });
  assert.deepEqual(consumers.map((each) => bed.sentTo(each).length), [1, 1]);
  for (let round = 0; round < 40; round++) bed.acknowledgeAll();
  assert.deepEqual(consumers.flatMap((each) => bed.sentTo(each)).toSorted((a, b) => a - b), [
    ...Array(40).keys(),
  ]);
});

Deno.test("When a consumer comes, streams move to it alone where the strategy is Pinned", () => {
  const bed = deliveryTestBed({ consumerStrategy: "Pinned" });
  const consumers = [bed.delivery.connect(100), bed.delivery.connect(100)];
  bed.write(60, { streamOf: (place) => `stream-${place}` });
  bed.acknowledgeAll();
  const before = consumers.map((each) => bed.sentTo(each));
  const third = bed.delivery.connect(100);
  bed.write(60, { streamOf: (place) => `stream-${place - 60}` });
  const moved = bed.sentTo(third).map((place) => place - 60);
  assert.ok(moved.length > 0 && moved.length < 40, `${moved.length} streams moved`);
  for (const [at, consumer] of consumers.entries()) {
    const after = bed.sentTo(consumer).slice(before[at]!.length).map((place) => place - 60);
    assert.deepEqual(after, before[at]!.filter((stream) => !moved.includes(stream)));
  }
});

Deno.test("Events of one correlation go to one consumer where the strategy is PinnedByCorrelation", () => {
  const bed = deliveryTestBed({ consumerStrategy: "PinnedByCorrelation" });
  const consumers = [bed.delivery.connect(100), bed.delivery.connect(100)];
  bed.write(100, {
    streamOf: (place) => `stream-${place}`,
    correlationOf: (place) => `flow-${place % 8}`,
  });
  const flows = consumers.map((each) => new Set(bed.sentTo(each).map((place) => place % 8)));
  assert.equal(flows[0]!.size + flows[1]!.size, 8);
});

Deno.test("A message that is refused to be retried comes before those that were not sent", () => {
  const bed = deliveryTestBed();
  const consumer = bed.delivery.connect(1);
  bed.write(2);
  bed.refuse("retry", 0);
  assert.deepEqual(bed.sent.map(({ place, retries }) => [place, retries]), [[0, 0], [0, 1]]);
  bed.acknowledge(0);
  assert.deepEqual(bed.sentTo(consumer), [0, 0, 1]);
});

Deno.test("A message that was retried too often is parked", () => {
  const bed = deliveryTestBed({ maxRetryCount: 2 });
  bed.delivery.connect(1);
  bed.write(1);
  for (let time = 0; time < 3; time++) bed.refuse("retry", 0);
  assert.deepEqual(bed.sent.map(({ retries }) => retries), [0, 1, 2]);
  assert.deepEqual(bed.parked, [{ place: 0, reason: "Reached retry count of 2" }]);
});

Deno.test("A message that is refused to be parked is parked with the client's reason", () => {
  const bed = deliveryTestBed();
  bed.delivery.connect(1);
  bed.write(1);
  bed.refuse("park", 0);
  const reason = "Client explicitly NAK'ed message.\nfor a reason";
  assert.deepEqual(bed.parked, [{ place: 0, reason }]);
});

Deno.test("Messages that are skipped, or refused to stop, do not come again", () => {
  const bed = deliveryTestBed();
  bed.delivery.connect(2);
  bed.write(3);
  bed.refuse("skip", 0);
  bed.refuse("stop", 1);
  assert.deepEqual(bed.sent.map(({ place }) => place), [0, 1, 2]);
  assert.deepEqual(bed.parked, []);
});

Deno.test("A message that nobody answers in time goes out again", () => {
  const bed = deliveryTestBed({ messageTimeoutMs: 100 });
  bed.delivery.connect(1);
  bed.write(1);
  bed.delivery.tick(99);
  assert.equal(bed.sent.length, 1);
  bed.delivery.tick(100);
  assert.deepEqual(bed.sent.map(({ retries }) => retries), [0, 1]);
});

Deno.test("A message may take for ever where the timeout is 0", () => {
  const bed = deliveryTestBed({ messageTimeoutMs: 0 });
  bed.delivery.connect(1);
  bed.write(1);
  bed.delivery.tick(1e12);
  assert.equal(bed.sent.length, 1);
});

Deno.test("What a consumer leaves behind goes to others, in order", () => {
  const bed = deliveryTestBed();
  const first = bed.delivery.connect(3);
  bed.write(3);
  const second = bed.delivery.connect(3);
  bed.delivery.disconnect(first, 0);
  assert.deepEqual(bed.sentTo(second), [0, 1, 2]);
});

Deno.test("What a consumer leaves behind is retried, but not parked, however often it was delivered", () => {
  const bed = deliveryTestBed({ maxRetryCount: 0 });
  const first = bed.delivery.connect(1);
  bed.write(1);
  bed.delivery.disconnect(first, 0);
  bed.delivery.connect(1);
  bed.delivery.dispatch(0);
  assert.deepEqual(bed.sent.map(({ retries }) => retries), [0, 1]);
  assert.deepEqual(bed.parked, []);
});

Deno.test("The time that an answer took is told, whatever the answer was", () => {
  const bed = deliveryTestBed();
  bed.delivery.connect(3);
  bed.write(3);
  bed.acknowledge(0, 10);
  bed.refuse("park", 1, 20);
  bed.refuse("retry", 2, 30);
  bed.acknowledge(7, 40);
  assert.deepEqual(bed.answered, [10, 20, 30]);
});

Deno.test("A consumer whose client does not read gets nothing more until it does", () => {
  const bed = deliveryTestBed();
  const [slow, quick] = [bed.delivery.connect(9), bed.delivery.connect(9)];
  slow!.isBlocked = true;
  bed.write(3);
  assert.deepEqual(bed.sentTo(quick!), [0, 1, 2]);
  assert.deepEqual(bed.sentTo(slow!), []);
});

Deno.test("Acknowledging what is not outstanding changes nothing", () => {
  const bed = deliveryTestBed();
  bed.delivery.connect(1);
  bed.write(1);
  bed.delivery.acknowledge([crypto.randomUUID()], 0);
  bed.acknowledge(0);
  bed.acknowledge(0);
  assert.deepEqual(bed.checkpoints, [0]);
});

Deno.test("Two events with one id are sent one after the other", () => {
  const bed = deliveryTestBed();
  bed.delivery.connect(9);
  bed.write(3, { idOf: (place) => place === 2 ? 1 : 0 });
  assert.deepEqual(bed.sent.map(({ place }) => place), [0, 2]);
  bed.acknowledge(0);
  assert.deepEqual(bed.sent.map(({ place }) => place), [0, 2, 1]);
});

Deno.test("A checkpoint stays before the lowest event that is not done with", () => {
  const bed = deliveryTestBed();
  bed.delivery.connect(9);
  bed.write(5);
  bed.acknowledge(1);
  bed.acknowledge(2);
  assert.deepEqual(bed.checkpoints, []);
  bed.acknowledge(0);
  assert.deepEqual(bed.checkpoints, [2]);
});

Deno.test("A message that waits to be parked holds the checkpoint back until it is", () => {
  const bed = deliveryTestBed();
  bed.parks = false;
  bed.delivery.connect(9);
  bed.write(2);
  bed.refuse("park", 0);
  bed.acknowledge(1);
  assert.deepEqual(bed.checkpoints, []);
  bed.finishParking();
  assert.deepEqual(bed.checkpoints, [1]);
});

Deno.test("Messages that wait to be parked take up room", () => {
  const bed = deliveryTestBed({ historyBufferSize: 10 });
  bed.parks = false;
  bed.delivery.connect(9);
  bed.write(3);
  assert.equal(bed.delivery.room, 10);
  bed.refuse("park", 0);
  assert.equal(bed.delivery.room, 9);
  bed.finishParking();
  assert.equal(bed.delivery.room, 10);
});

Deno.test("A message that could not be parked is sent again", () => {
  const bed = deliveryTestBed();
  bed.parks = false;
  const consumer = bed.delivery.connect(1);
  bed.write(1);
  bed.refuse("park", 0);
  bed.failParking();
  assert.deepEqual(bed.sentTo(consumer), [0, 0]);
});

Deno.test("A checkpoint is written after a time when enough is done, and at once when very much is", () => {
  const bed = deliveryTestBed({
    checkpointAfterMs: 1000,
    minCheckpointCount: 2,
    maxCheckpointCount: 4,
  });
  bed.delivery.connect(99);
  bed.write(20);
  bed.acknowledge(0);
  bed.delivery.tick(5000);
  assert.deepEqual(bed.checkpoints, [], "one is not enough");
  bed.acknowledge(1);
  bed.delivery.tick(5000);
  assert.deepEqual(bed.checkpoints, [1]);
  for (const place of [2, 3, 4]) bed.acknowledge(place);
  bed.delivery.tick(5999);
  assert.deepEqual(bed.checkpoints, [1], "too early");
  bed.acknowledge(5);
  assert.deepEqual(bed.checkpoints, [1, 5], "four more");
});

Deno.test("Events that nobody wants move the checkpoint on", () => {
  const bed = deliveryTestBed({ maxCheckpointCount: 10, checkpointAfterMs: 1 });
  bed.delivery.pass(41, 5);
  bed.delivery.tick(0);
  assert.deepEqual(bed.checkpoints, [41]);
});

Deno.test("No time is long enough for a checkpoint where the time is 0", () => {
  const bed = deliveryTestBed({ maxCheckpointCount: 2, checkpointAfterMs: 0 });
  bed.delivery.connect(3);
  bed.write(3);
  bed.acknowledge(0);
  bed.delivery.tick(1e9);
  assert.deepEqual(bed.checkpoints, []);
  bed.acknowledge(1);
  assert.deepEqual(bed.checkpoints, [1]);
});

Deno.test("Replayed messages come after those that are retried, and leave the checkpoint alone", () => {
  const bed = deliveryTestBed();
  const consumer = bed.delivery.connect(1);
  bed.write(2);
  bed.replay(77);
  bed.refuse("retry", 0);
  bed.acknowledge(0);
  bed.acknowledge(77);
  assert.deepEqual(bed.sentTo(consumer), [0, 0, 77, 1]);
  assert.deepEqual(bed.checkpoints, [0]);
  assert.deepEqual(bed.replayed, [77]);
});
