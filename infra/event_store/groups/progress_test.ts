import assert from "node:assert/strict";
import fc from "fast-check";
import { deliveryTestBed } from "../testing/delivery_test_bed.ts";

const strategies = ["RoundRobin", "DispatchToSingle", "Pinned", "PinnedByCorrelation"];

type Step =
  | { readonly do: "write"; readonly count: number }
  | { readonly do: "connect"; readonly bufferSize: number }
  | { readonly do: "disconnect" | "acknowledge" | "block"; readonly which: number }
  | {
    readonly do: "refuse";
    readonly which: number;
    readonly action: "park" | "retry" | "skip" | "unknown" | "stop";
  }
  | { readonly do: "tick"; readonly ms: number }
  | { readonly do: "park"; readonly works: boolean };

const number = fc.nat({ max: 1000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant("write" as const), count: fc.nat({ max: 20 }) }),
  fc.record({ do: fc.constant("connect" as const), bufferSize: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    do: fc.constantFrom("disconnect" as const, "acknowledge" as const, "block" as const),
    which: number,
  }),
  fc.record({ do: fc.constant("acknowledge" as const), which: number }),
  fc.record({
    do: fc.constant("refuse" as const),
    which: number,
    action: fc.constantFrom("park", "retry", "skip", "unknown", "stop"),
  }),
  fc.record({ do: fc.constant("tick" as const), ms: fc.nat({ max: 2000 }) }),
  fc.record({ do: fc.constant("park" as const), works: fc.boolean() }),
);

Deno.test("Whatever consumers do, every event is acknowledged, parked or skipped, and no checkpoint passes one that is not", () => {
  const settings = fc.record({
    consumerStrategy: fc.constantFrom(...strategies),
    maxRetryCount: fc.nat({ max: 3 }),
    messageTimeoutMs: fc.constantFrom(0, 500, 1000),
    checkpointAfterMs: fc.constantFrom(0, 1500),
    minCheckpointCount: fc.nat({ max: 5 }),
    maxCheckpointCount: fc.integer({ min: 1, max: 10 }),
  });
  fc.assert(
    fc.property(settings, fc.array(step, { maxLength: 120 }), (chosen, steps) => {
      const bed = deliveryTestBed(chosen);
      const { delivery } = bed;
      bed.parks = false;
      const done = new Set<number>();
      let written = 0;
      let checked = 0;
      let now = 0;

      function check(): void {
        for (const { inFlight, bufferSize } of delivery.consumers) {
          assert.ok(inFlight.size <= bufferSize, `${inFlight.size} of ${bufferSize} in flight`);
        }
        for (; checked < bed.checkpoints.length; checked++) {
          const checkpoint = bed.checkpoints[checked]!;
          for (let place = 0; place <= checkpoint; place++) {
            assert.ok(done.has(place), `checkpoint ${checkpoint} passes ${place}`);
          }
        }
      }
      function outstanding(): number[] {
        return delivery.consumers.flatMap(({ inFlight }) =>
          [...inFlight].map(({ message }) => message.place!)
        );
      }
      function finishParking(): void {
        for (const place of bed.waitingToBeParked()) done.add(place);
        bed.finishParking(now);
      }
      function run(each: Step): void {
        const places = outstanding();
        const place = "which" in each ? places[each.which % places.length] : undefined;
        if (each.do === "write") {
          bed.write(each.count, {
            streamOf: (at) => `stream-${at % 7}`,
            correlationOf: (at) => `flow-${at % 3}`,
          });
          written += each.count;
        } else if (each.do === "connect") delivery.connect(each.bufferSize);
        else if (each.do === "tick") delivery.tick(now += each.ms);
        else if (each.do === "park") {
          if (each.works) finishParking();
          else bed.failParking();
        } else if (each.do === "disconnect" || each.do === "block") {
          const consumer = delivery.consumers[each.which % delivery.consumers.length];
          if (consumer && each.do === "block") consumer.isBlocked = !consumer.isBlocked;
          else if (consumer) delivery.disconnect(consumer, now);
        } else if (place !== undefined && each.do === "acknowledge") {
          done.add(place);
          bed.acknowledge(place, now);
        } else if (place !== undefined && each.do === "refuse") {
          if (each.action === "skip" || each.action === "stop") done.add(place);
          bed.refuse(each.action, place, now);
        }
        check();
      }

      for (const each of steps) run(each);
      for (const consumer of [...delivery.consumers]) delivery.disconnect(consumer, now);
      run({ do: "connect", bufferSize: 3 });
      for (let round = 0; done.size < written; round++) {
        assert.ok(round <= written, `${done.size} of ${written} were delivered in the end`);
        finishParking();
        delivery.dispatch(now);
        for (const place of outstanding()) {
          done.add(place);
          bed.acknowledge(place, now);
        }
        check();
      }
      assert.deepEqual([...done].toSorted((a, b) => a - b), [...Array(written).keys()]);
      delivery.tick(now += 10_000);
      check();
    }),
    { seed: 20_240_601, numRuns: 500 },
  );
});

Deno.test("A single consumer that acknowledges everything gets every event once, in order", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...strategies),
      fc.integer({ min: 1, max: 10 }),
      fc.array(fc.nat({ max: 30 }), { maxLength: 20 }),
      (consumerStrategy, bufferSize, counts) => {
        const bed = deliveryTestBed({ consumerStrategy });
        const consumer = bed.delivery.connect(bufferSize);
        for (const count of counts) {
          bed.write(count);
          bed.acknowledgeAll();
        }
        while (consumer.inFlight.size > 0) bed.acknowledgeAll();
        const total = counts.reduce((sum, count) => sum + count, 0);
        assert.deepEqual(bed.sentTo(consumer), [...Array(total).keys()]);
      },
    ),
    { seed: 20_240_602 },
  );
});
