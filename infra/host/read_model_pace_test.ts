import { deepEqual, equal } from "node:assert/strict";
import { column, defineEvents, eventLog, type ReadModels, view } from "@headwater/core";
import { manualClock, newEvents } from "@headwater/testing";
import { z } from "zod";
import { readModelPace } from "./read_model_pace.ts";

const ms = 50;

function isParked(): Promise<boolean> {
  return Promise.resolve(false);
}

function follow(): () => void {
  return () => {};
}

/** A reader of orders that takes whatever comes, as workers do. */
async function setUp() {
  const clock = manualClock();
  const log = eventLog.memoryLog();
  const pace = readModelPace({ ms, clock });
  const ended = new AbortController();
  const received: number[] = [];
  let revision = -1;
  async function append(count: number): Promise<void> {
    const expected = revision === -1 ? "no-stream" : revision;
    revision += count;
    await log.append("order-1", newEvents(count), { expected });
    await clock.advance(0);
  }
  async function read(): Promise<void> {
    const { signal } = ended;
    for await (const { events } of pace.paced(log).subscribe({ categories: ["order"], signal })) {
      if (events.length > 0) received.push(events.length);
    }
  }
  const reading = read();
  await clock.advance(0);
  return {
    ...{ clock, pace, received, append, ended },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await reading;
      equal(clock.pending(), 0);
    },
  };
}

Deno.test("what comes alone is handed over at once, what follows soon all together", async () => {
  await using given = await setUp();
  const { clock, received, append } = given;
  await append(1);
  deepEqual(received, [1]);
  for (let round = 0; round < 5; round++) await append(2);
  deepEqual(received, [1]);
  await clock.advance(ms);
  deepEqual(received, [1, 10]);
  await clock.advance(ms);
  await append(1);
  deepEqual(received, [1, 10, 1]);
});

Deno.test("who waits for a position has nothing gathered any longer", async () => {
  await using given = await setUp();
  const { clock, pace, received, append } = given;
  const answer = Promise.withResolvers<Awaited<ReturnType<ReadModels["wait"]>>>();
  const readModels = pace.hurried({ wait: () => answer.promise, isParked, follow });
  await append(1);
  await append(1);
  deepEqual(received, [1]);

  const asked = readModels.wait(orders, { position: 2, waitMs: 1_000 });
  await clock.advance(0);
  deepEqual(received, [1, 1]);
  await append(1);
  await append(1);
  deepEqual(received, [1, 1, 1, 1]);

  answer.resolve({ position: 2, reached: true });
  deepEqual(await asked, { position: 2, reached: true });
  await append(1);
  await append(1);
  deepEqual(received, [1, 1, 1, 1, 1]);
});

Deno.test("who asks how far it is, or for whatever there is, hurries nobody", async () => {
  await using given = await setUp();
  const { clock, pace, received, append } = given;
  const readModels = pace.hurried({
    wait: () => Promise.resolve({ position: 1, reached: true }),
    isParked,
    follow,
  });
  await append(1);
  await append(1);
  await readModels.wait(orders, { position: 9, waitMs: 0 });
  await readModels.wait(orders, { position: undefined, waitMs: 1_000 });
  await clock.advance(0);
  deepEqual(received, [1]);
});

Deno.test("the end of a subscription does not wait for the pause", async () => {
  const given = await setUp();
  await given.append(1);
  await given[Symbol.asyncDispose]();
});

const orders = view({
  name: "orders",
  version: 1,
  reads: [defineEvents("order", { OrderPlaced: z.strictObject({ orderId: z.string() }) })],
  columns: { orderId: column.text() },
  primaryKey: "orderId",
  key: ({ data }) => data.orderId,
  evolve: (_row, { data }) => ({ orderId: data.orderId }),
});
