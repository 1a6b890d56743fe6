import { deepEqual, equal, rejects } from "node:assert/strict";
import { eventLog, type Recorded } from "@headwater/core";
import { newEvent as anyEvent, within } from "@headwater/testing";
import { separateLog } from "./separate_log.ts";

const categories = ["order", "payment"];

Deno.test("two separate logs in one neither see nor disturb each other, nor whoever was there before", async () => {
  await using shared = eventLog.memoryLog();
  await shared.append("order-1", [newEvent("theirs")], { expected: "no-stream" });
  const first = await separateLog(shared, { prefix: "a_", categories });
  const second = await separateLog(shared, { prefix: "b_", categories });
  await first.append("order-1", [newEvent("first")], { expected: "no-stream" });
  await second.append("order-1", [newEvent("second")], { expected: "no-stream" });
  await second.append("payment-1", [newEvent("paid")], { expected: "no-stream" });

  const mine = [["order-1", "second"], ["payment-1", "paid"]];
  deepEqual(namesOf(await all(second.readAll())), mine);
  deepEqual(namesOf(await all(second.readAll({ categories: ["payment"] }))), mine.slice(1));
  deepEqual(namesOf(await all(second.read("order-1"))), mine.slice(0, 1));
  deepEqual(namesOf(await all(first.readAll())), [["order-1", "first"]]);
  deepEqual(namesOf(await all(shared.readAll({ categories: ["order"] }))), [["order-1", "theirs"]]);
});

Deno.test("a subscription to a separate log brings its own events, and the place of all others", async () => {
  await using shared = eventLog.memoryLog();
  await shared.append("order-1", [newEvent("theirs")], { expected: "no-stream" });
  const log = await separateLog(shared, { prefix: "a_", categories });
  await log.append("order-2", [newEvent("mine")], { expected: "no-stream" });
  await shared.append("order-1", [newEvent("theirs")], { expected: 0 });
  const head = await shared.head();
  const seen: Recorded[] = [];
  const stop = new AbortController();
  async function follow(): Promise<void> {
    for await (const batch of log.subscribe({ signal: stop.signal })) {
      seen.push(...batch.events);
      if (batch.caughtUp && batch.position === head) stop.abort();
    }
  }
  await within("the subscription to come to the head", follow());
  deepEqual(namesOf(seen), [["order-2", "mine"]]);
});

Deno.test("a separate log speaks of streams by its own names, and knows no others", async () => {
  await using shared = eventLog.memoryLog();
  const log = await separateLog(shared, { prefix: "a_", categories });
  await rejects(log.append("order-1", [newEvent("late")], { expected: 3 }), (error) => {
    equal(error instanceof eventLog.RevisionConflict && error.stream, "order-1");
    return true;
  });
  await rejects(log.append("refund-1", [newEvent("new")], { expected: "no-stream" }), TypeError);
});

async function all(pages: AsyncIterable<readonly Recorded[]>): Promise<Recorded[]> {
  return (await Array.fromAsync(pages)).flat();
}

function namesOf(events: readonly Recorded[]) {
  return events.map(({ stream, type }) => [stream, type]);
}

function newEvent(type: string): eventLog.NewEvent {
  return { ...anyEvent(), type };
}
