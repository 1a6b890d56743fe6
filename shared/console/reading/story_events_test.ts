import { eventLog } from "@headwater/core";
import assert from "node:assert/strict";
import { storyEvents } from "./story_events.ts";

/** No test is about how fast it is. */
const budgetMs = 60_000;

type Added = { readonly stream: string; readonly correlationId: string };

/** A log in which a process and three services tell a story, with long pauses full of others' events. */
async function longLog(noise: number) {
  const log = eventLog.memoryLog();
  const revisions = new Map<string, number>();
  const positions: number[] = [];
  async function add({ stream, correlationId }: Added): Promise<number> {
    const revision = revisions.get(stream) ?? -1;
    const commandId = crypto.randomUUID();
    const { position } = await log.append(stream, [{
      ...{ id: crypto.randomUUID(), type: "Happened", data: {} },
      metadata: {
        ...{ $correlationId: correlationId, $causationId: commandId, commandId },
        ...{ commandHash: "hash", schemaVersion: 1 },
      },
    }], { expected: revision < 0 ? "no-stream" : revision });
    revisions.set(stream, revision + 1);
    return position;
  }
  async function addNoise(): Promise<void> {
    for (let at = 0; at < noise; at++) {
      await add({ stream: `noise-${at % 50}`, correlationId: `other-${at % 100}` });
    }
  }
  await addNoise();
  for (const stream of ["order-1", "payment-1", "shipment-1"]) {
    positions.push(await add({ stream: "saga-1", correlationId: "mine" }));
    positions.push(await add({ stream, correlationId: "mine" }));
    await addNoise();
  }
  return { log, positions };
}

Deno.test("from any event of it all of a story is found, also what came days of others' events later", async () => {
  const { log, positions } = await longLog(1_500);
  for (const at of positions) {
    const { events } = await storyEvents(log, { correlationId: "mine", at, budgetMs });
    assert.deepEqual(events.map(({ position }) => position), positions);
  }
});

Deno.test("an id that says when it was made is found there, however long ago that was", async () => {
  const madeAt = Date.parse("2026-11-01T00:00:00Z");
  let now = madeAt - 1_500_000;
  const log = eventLog.memoryLog({ now: () => new Date(now) });
  const hex = madeAt.toString(16).padStart(12, "0");
  const correlationId = `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-0123456789ab`;
  for (let at = 0; at < 6_000; at++) {
    const commandId = crypto.randomUUID();
    const isMine = at === 1_500 || at === 1_502;
    await log.append(`noise-${at}`, [{
      ...{ id: crypto.randomUUID(), type: "Happened", data: {} },
      metadata: {
        ...{ $correlationId: isMine ? correlationId : "other", $causationId: commandId, commandId },
        ...{ commandHash: "hash", schemaVersion: 1 },
      },
    }], { expected: "no-stream" });
    now += 1_000;
  }
  // No time for anything else
  const { events } = await storyEvents(log, { correlationId, budgetMs: 0 });
  assert.deepEqual(events.map(({ stream }) => stream), ["noise-1500", "noise-1502"]);
  const absent = correlationId.replace("abc", "abd");
  const { before } = await storyEvents(log, { correlationId: absent, budgetMs });
  assert.equal(before, undefined);
});

Deno.test("where nothing is known it is looked for from the end back", async () => {
  const { log, positions } = await longLog(20);
  const { events, before } = await storyEvents(log, { correlationId: "mine", budgetMs });
  assert.deepEqual(events.map(({ position }) => position), positions);
  assert.equal(before, undefined);
});

Deno.test("what is nowhere is found to be nowhere", async () => {
  const { log } = await longLog(20);
  const { events, before } = await storyEvents(log, { correlationId: "nobody's", budgetMs });
  assert.deepEqual([events, before], [[], undefined]);
});

Deno.test("an empty log has no story", async () => {
  const { events, before } = await storyEvents(eventLog.memoryLog(), {
    correlationId: "mine",
    budgetMs,
  });
  assert.deepEqual([events, before], [[], undefined]);
});
