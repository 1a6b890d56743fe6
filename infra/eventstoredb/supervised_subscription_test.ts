import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { eventLog, Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import {
  caughtUp,
  checkpoint,
  event,
  markAt,
  subscriptionTestBed,
  tailEvent,
} from "./testing/subscription_test_bed.ts";

const down = new Unavailable("Cannot read the event log: the server is down");

/** Positions of the events, then the batch's own, then whether it says that nothing was left. */
async function next(batches: AsyncIterator<eventLog.EventBatch, void>) {
  const { value } = await batches.next();
  if (!value) return "ended";
  return [value.events.map(({ position }) => position), value.position, value.caughtUp];
}

Deno.test("what arrives together is one batch, which says where to go on", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  bed.attempt(1).send(event(3), event(5), checkpoint(8), caughtUp);
  deepEqual(await first, [[3, 5], 8, true]);
});

Deno.test("after a failure the next attempt goes on behind the last event that is known", async () => {
  await using bed = subscriptionTestBed(manualClock(), { after: 2 });
  const first = next(bed.batches);
  const attempt = bed.attempt(1);
  equal(attempt.after, 2);
  attempt.send(event(3), checkpoint(7));
  deepEqual(await first, [[3], 7, false]);
  attempt.fail(down);
  await bed.clock.advance(1_000);
  const second = bed.attempt(2);
  equal(second.after, 3);
  second.send(checkpoint(7), event(9), caughtUp);
  deepEqual(await next(bed.batches), [[9], 9, true]);
});

Deno.test("a batch says by which event its place is known again", async () => {
  await using bed = subscriptionTestBed(manualClock());
  async function nextMark() {
    return (await bed.batches.next()).value?.mark;
  }
  const first = nextMark();
  bed.attempt(1).send(event(3), checkpoint(8), caughtUp);
  deepEqual(await first, markAt(3));
  bed.tail.events = [
    tailEvent(8, "$stats-1"),
    tailEvent(9, "payment-1"),
    tailEvent(10, "payment-1", "$metadata"),
  ];
  const second = nextMark();
  await bed.clock.advance(1_100);
  deepEqual(await second, markAt(9));
  equal(bed.subscription.status.position, 10);
});

Deno.test("who knows only a position is told by which event it is known", async () => {
  await using bed = subscriptionTestBed(manualClock(), { after: 4 });
  const first = bed.batches.next();
  bed.attempt(1).send(caughtUp);
  deepEqual((await first).value, { events: [], position: 4, mark: markAt(4), caughtUp: true });
});

Deno.test("a long search in vain is not begun anew after a failure", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = bed.batches.next();
  const attempt = bed.attempt(1);
  await bed.clock.advance(2_000);
  attempt.send(checkpoint(500));
  deepEqual((await first).value?.mark, markAt(500));
  attempt.fail(down);
  await bed.clock.advance(1_000);
  equal(bed.attempt(2).after, 500);
});

Deno.test("what a broken attempt still has to say is not heard", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  const attempt = bed.attempt(1);
  attempt.fail(down);
  await bed.clock.advance(1_000);
  const second = bed.attempt(2);
  attempt.send(event(99));
  second.send(event(1), caughtUp);
  deepEqual(await first, [[1], 1, true]);
  equal(attempt.isOver, true);
});

Deno.test("events that were seen before are dropped", async () => {
  await using bed = subscriptionTestBed(manualClock(), { after: 4 });
  const first = next(bed.batches);
  bed.attempt(1).send(event(3), event(4), event(5), checkpoint(4), event(5), caughtUp);
  deepEqual(await first, [[5], 5, true]);
});

Deno.test("it tries for ever, with longer and longer pauses, and says since when", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  for (let number = 1; number <= 30; number++) {
    bed.attempt(number).fail(down);
    await bed.clock.advance(5_000);
  }
  const { state, since, cause } = bed.subscription.status;
  deepEqual([state, since], ["reconnecting", "1970-01-01T00:00:00.000Z"]);
  match(cause!, /the server is down/);
  bed.attempt(31).send(event(1), caughtUp);
  deepEqual(await first, [[1], 1, true]);
  deepEqual([bed.subscription.status.state, bed.subscription.status.cause], ["live", undefined]);
});

Deno.test("silence while it catches up ends an attempt", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  const attempt = bed.attempt(1);
  attempt.send(checkpoint(10));
  await bed.clock.advance(9_000);
  equal(attempt.isOver, false);
  await bed.clock.advance(2_000);
  const second = bed.attempt(2);
  equal(second.after, 10);
  second.send(caughtUp);
  deepEqual(await first, [[], 10, true]);
});

Deno.test("a quiet subscription moves on past what others append, and asks for it once", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  bed.attempt(1).send(event(1), caughtUp);
  deepEqual(await first, [[1], 1, true]);
  bed.tail.events = [1, 2, 3].map((position) => tailEvent(position, `payment-${position}`));
  const second = next(bed.batches);
  await bed.clock.advance(1_100);
  deepEqual(await second, [[], 3, true]);
  equal(bed.attempts.length, 1);
});

Deno.test("however much others append, the end of the log is looked at once a second", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  bed.attempt(1).send(event(1), caughtUp);
  await first;
  await bed.clock.advance(1_000);
  equal(bed.tail.reads, 1);
  bed.tail.events = [tailEvent(1, "order-1")];
  for (let position = 2; position <= 101; position++) {
    bed.tail.events.push(tailEvent(position, "payment-1"));
    bed.watch.saw(position);
    await bed.clock.advance(20);
  }
  equal(bed.tail.reads, 3);
  equal((await next(bed.batches))[2], true);
});

Deno.test("while somebody waits for it, it is looked at until the subscription is there", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  bed.attempt(1).send(event(1), caughtUp);
  await first;
  bed.watch.ask(3);
  await bed.clock.advance(50);
  equal(bed.tail.reads, 1);
  bed.tail.events = [tailEvent(2, "payment-1"), tailEvent(3, "payment-1")];
  const second = next(bed.batches);
  await bed.clock.advance(250);
  deepEqual(await second, [[], 3, true]);
  bed.watch.ask(3);
  await bed.clock.advance(900);
  equal(bed.tail.reads, 2);
});

Deno.test("what the server does not send although it should ends an attempt", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  bed.attempt(1).send(event(1), caughtUp);
  await first;
  bed.tail.events = [
    tailEvent(1, "order-1"),
    tailEvent(2, "payment-1"),
    tailEvent(3, "order-2"),
    tailEvent(4, "payment-1"),
  ];
  const second = next(bed.batches);
  await bed.clock.advance(1_000);
  deepEqual(await second, [[], 2, false]);
  const third = next(bed.batches);
  await bed.clock.advance(6_000);
  const again = bed.attempt(2);
  equal(again.after, 2);
  again.send(event(3), checkpoint(4), caughtUp);
  deepEqual(await third, [[3], 4, true]);
});

Deno.test("a server that answers no reads has left its subscribers alone as well", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  bed.attempt(1).send(event(1), caughtUp);
  await first;
  const second = next(bed.batches);
  bed.tail.failure = down;
  await bed.clock.advance(1_500);
  bed.tail.failure = undefined;
  bed.attempt(2).send(event(2), caughtUp);
  deepEqual(await second, [[2], 2, true]);
});

Deno.test("another log, or none so long, is told at once and not followed", async () => {
  for (const after of [{ ...markAt(5), log: "another" }, { ...markAt(5), id: "another" }, 7]) {
    await using bed = subscriptionTestBed(manualClock(), { after });
    bed.log.endsBefore = 7;
    const first = next(bed.batches);
    const attempt = bed.attempt(1);
    attempt.send(event(8), caughtUp);
    await rejects(first, eventLog.ForeignPosition);
    equal(attempt.isOver, true);
    equal(bed.clock.pending(), 0);
  }
});

Deno.test("a server that comes back with another log is found out", async () => {
  for (const change of [{ endsBefore: 3 }, { identity: "another" }]) {
    await using bed = subscriptionTestBed(manualClock());
    const first = next(bed.batches);
    bed.attempt(1).send(event(3), caughtUp);
    await first;
    equal(bed.log.asked, 1);
    const refused = rejects(next(bed.batches), eventLog.ForeignPosition);
    Object.assign(bed.log, change);
    bed.attempt(1).fail(down);
    await bed.clock.advance(1_000);
    bed.attempt(2).send(event(9), caughtUp);
    await refused;
  }
});

Deno.test("it reads no further ahead of a slow consumer than it may keep", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  const attempt = bed.attempt(1);
  attempt.send(event(1));
  await first;
  for (let position = 2; position < 4_000; position += 500) {
    attempt.send(...Array.from({ length: 500 }, (_, index) => event(position + index)));
    await bed.clock.advance(0);
  }
  equal(bed.subscription.status.position, 1_501);
  const { value } = await bed.batches.next();
  equal(value!.events.length, 1_500);
});

Deno.test("the signal ends it quietly, connected or waiting to try again", async () => {
  for (const isDown of [true, false]) {
    await using bed = subscriptionTestBed(manualClock());
    const first = next(bed.batches);
    const attempt = bed.attempt(1);
    if (isDown) attempt.fail(down);
    await bed.clock.advance(0);
    bed.stop.abort();
    equal(await first, "ended");
    equal(attempt.isOver, true);
    equal(bed.clock.pending(), 0);
  }
});

Deno.test("a consumer that leaves ends the attempt", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  const attempt = bed.attempt(1);
  attempt.send(event(1), caughtUp);
  await first;
  await bed.batches.return();
  equal(attempt.isOver, true);
  equal(bed.clock.pending(), 0);
});

Deno.test("who is sent marks is not looked after as well", async () => {
  await using bed = subscriptionTestBed(manualClock());
  const first = next(bed.batches);
  bed.attempt(1).send(event(1), caughtUp);
  await first;
  for (let position = 2; position < 52; position++) {
    bed.attempt(1).send(checkpoint(position));
    await bed.clock.advance(100);
  }
  equal(bed.tail.reads, 0);
});
