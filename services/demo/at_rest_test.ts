import { ShopClient } from "@shop/judge";
import assert from "node:assert/strict";
import { type EventLog, eventLog } from "@headwater/core";
import type { ServiceDatabase } from "@headwater/host";
import { appendAtEnd, eventually } from "@headwater/testing";
import { waitUntilAtRest } from "./at_rest.ts";
import { type Entry, exampleEntries, recorded, without } from "@shop/judge/testing";

const unfinished = without(exampleEntries, { type: "OrderCancelled", orderId: "ben" });

Deno.test("a shop whose orders have all ended is at rest", async () => {
  await using log = eventLog.memoryLog();
  await append(log, exampleEntries);
  const progress: unknown[] = [];
  await waitUntilAtRest({ ...around(log), onProgress: (step) => progress.push(step) });
  assert.deepEqual(progress.at(-1), { orders: 2, atRest: 2, stuck: 0 });
});

Deno.test("an empty shop is at rest", async () => {
  await using log = eventLog.memoryLog();
  await waitUntilAtRest(around(log));
});

Deno.test("it waits for what is still to come", async () => {
  await using log = eventLog.memoryLog();
  await append(log, exampleEntries.slice(0, -1));
  let atRest = false;
  await waitUntilAtRest({
    ...around(log),
    async onProgress(progress) {
      if (atRest || progress.atRest === progress.orders) return;
      atRest = true;
      await append(log, exampleEntries.slice(-1));
    },
  });
  assert.ok(atRest);
});

Deno.test("read models are asked for what was heard last, also what came after the head was asked for", async () => {
  await using log = eventLog.memoryLog();
  await append(log, exampleEntries.slice(0, -1));
  let heard = -1;
  let isFirst = true;
  const slow: EventLog = {
    ...{ append: log.append.bind(log), read: log.read.bind(log), readAll: log.readAll.bind(log) },
    identity: () => log.identity(),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
    async *subscribe(options) {
      for await (const batch of log.subscribe(options)) {
        yield batch;
        heard = batch.position ?? heard;
      }
    },
    async head() {
      const head = await log.head();
      if (isFirst) {
        isFirst = false;
        await append(log, exampleEntries.slice(-1));
        await eventually("the last event to be heard", async () => heard === await log.head());
      }
      return head;
    },
  };
  const asked: string[] = [];
  const client = new ShopClient({
    shop(request) {
      asked.push(request.headers.get("X-Min-Position") ?? "");
      return Promise.resolve(Response.json({}));
    },
  });
  await waitUntilAtRest({ ...around(slow), client });
  assert.deepEqual([...new Set(asked)], [String(await log.head())]);
});

Deno.test("an order left between is reported when nothing happens any more", async () => {
  await using log = eventLog.memoryLog();
  await append(log, unfinished);
  await assert.rejects(
    waitUntilAtRest({ ...around(log), limitMs: 300 }),
    /Cannot come to rest: nothing happened for 0.3 s while order "ben" is "cancelling"/,
  );
});

Deno.test("a stuck saga is rest, a running one is not", async () => {
  await using log = eventLog.memoryLog();
  await append(log, unfinished);
  await waitUntilAtRest({ ...around(log), databases: listing("stuck") });
  await assert.rejects(
    waitUntilAtRest({ ...around(log), databases: listing("running"), limitMs: 300 }),
    /the saga of "ben" is running/,
  );
});

Deno.test("a read model that stays behind is reported", async () => {
  await using log = eventLog.memoryLog();
  const client = new ShopClient({
    shop: () => Promise.resolve(Response.json({ code: "read-model-behind" }, { status: 503 })),
  });
  await assert.rejects(
    waitUntilAtRest({ ...around(log), client, limitMs: 100 }),
    /Cannot wait for the read model of .*read-model-behind/,
  );
});

Deno.test("it ends with its signal", async () => {
  await using log = eventLog.memoryLog();
  await append(log, unfinished);
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(waitUntilAtRest({ ...around(log), signal }), /enough/);
});

function around(log: EventLog) {
  const client = new ShopClient({ shop: () => Promise.resolve(Response.json({})) });
  return { log, client, databases: [] as ServiceDatabase[] };
}

/** A database in which the saga of order "ben" is listed so. */
function listing(state: string): ServiceDatabase[] {
  function sql(query: readonly string[]): Promise<unknown[]> {
    const instance = { process: "fulfilment", id: "ben", state, started_at: new Date(0) };
    return Promise.resolve(/from process_letter/.test(query.join("")) ? [] : [instance]);
  }
  return [{
    service: "order",
    views: [],
    sagas: [],
    sql: sql as unknown as ServiceDatabase["sql"],
  }];
}

async function append(log: EventLog, entries: readonly Entry[]): Promise<void> {
  for (const { stream, type, data, metadata } of recorded(entries)) {
    const event = { id: crypto.randomUUID(), type, data, metadata };
    await appendAtEnd(log, stream, [event]);
  }
}
