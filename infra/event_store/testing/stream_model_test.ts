import assert from "node:assert/strict";
import fc from "fast-check";
import type { ServerExpectation } from "../log/append_request.ts";
import { eventLog } from "@headwater/core";
import { uuidText, uuidToBytes } from "../log/event_id.ts";
import { jsonMark } from "../log/stored_event.ts";
import { softDeletionMetadata } from "../log/stream_metadata.ts";
import { openSqliteStore } from "../log/sqlite_store.ts";
import { EventStore } from "../projected/event_store.ts";
import { type ModelOutcome, StreamModel } from "./stream_model.ts";

type Step =
  | { act: "append"; stream: string; expected: ServerExpectation; ids: readonly string[] }
  | { act: "delete" | "tombstone"; stream: string; expected: ServerExpectation }
  | { act: "metadata"; stream: string; metadata: { $maxCount?: number; $tb?: number } };

const streams = ["a-1", "a-2", "$b", "plain"];
const stream = fc.constantFrom(...streams);
const expected = fc.oneof(
  fc.constantFrom<ServerExpectation>("any", "any", "no-stream", "stream-exists"),
  fc.nat(6),
);
/** So few that repeats are frequent. */
const id = fc.nat(40).map((number) =>
  `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      act: fc.constant("append" as const),
      stream,
      expected,
      ids: fc.array(id, { maxLength: 3 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("delete" as const), stream, expected }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("tombstone" as const), stream, expected }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("metadata" as const),
      stream,
      metadata: fc.record({
        $maxCount: fc.integer({ min: 1, max: 4 }),
        $tb: fc.nat(6),
      }, { requiredKeys: [] }),
    }),
  },
);

Deno.test("whatever is done to streams, the store does what the model says", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      await using sqlite = openSqliteStore({ path: ":memory:" });
      const store = new EventStore(sqlite, { standardProjections: true });
      const model = new StreamModel();
      for (const step of steps) {
        assert.deepEqual(await doIt(store, step), sayIt(model, step), JSON.stringify(step));
        for (const name of streams) {
          assert.deepEqual(await forwards(store, name), model.read(name), name);
          assert.deepEqual(await backwards(store, name), model.read(name), name);
        }
      }
      await requireWholeLog(store);
    }),
    { numRuns: 150 },
  );
});

async function doIt(store: EventStore, step: Step): Promise<ModelOutcome> {
  const { stream, act } = step;
  const request = { stream, category: eventLog.categoryOf(stream), events: [] };
  if (act === "metadata") {
    const data = JSON.stringify(step.metadata);
    const outcome = await store.appendInternal(`$$${stream}`, [{ type: "$metadata", data }]);
    return "refused" in outcome ? outcome : { revision: 0 };
  }
  const outcome = await store.append(
    act === "append" ? { ...request, expected: step.expected, events: step.ids.map(event) } : {
      ...request,
      expected: step.expected,
      deletes: act === "delete" ? "until-written" : "for-ever",
    },
  );
  if ("refused" in outcome) return outcome;
  if (act === "delete") return { revision: 0 };
  return { revision: act === "tombstone" ? Infinity : outcome.appended.revision };
}

function sayIt(model: StreamModel, step: Step): ModelOutcome {
  if (step.act === "append") return model.append(step.stream, step);
  if (step.act === "metadata") return model.setMetadata(step.stream, step.metadata);
  return step.act === "delete"
    ? model.delete(step.stream, step.expected)
    : model.tombstone(step.stream, step.expected);
}

function event(id: string) {
  return {
    id: uuidToBytes(id),
    type: "Happened",
    data: "{}",
    metadata: "",
    json: jsonMark.claimed,
  };
}

async function forwards(store: EventStore, name: string) {
  const page = await store.readStream(name, { direction: "forwards", from: 0, limit: 100 });
  if (page.state !== "found") return page.state;
  return page.events.map(({ id, revision }) => ({ id: uuidText(id), revision }));
}

/** In small pages, turned round. */
async function backwards(store: EventStore, name: string) {
  const events: { id: string; revision: number }[] = [];
  for (let from = Infinity; from >= 0;) {
    const page = await store.readStream(name, { direction: "backwards", from, limit: 2 });
    if (page.state !== "found") return page.state;
    events.push(...page.events.map(({ id, revision }) => ({ id: uuidText(id), revision })));
    if (page.last) break;
    from = page.next;
  }
  return events.toReversed();
}

/** Positions grow by one, backwards is forwards turned round, and a category has its links in order. */
async function requireWholeLog(store: EventStore): Promise<void> {
  const { events } = await store.readAll({ direction: "forwards", from: 0, limit: 1_000 });
  assert.deepEqual(events.map(({ position }) => position), [...events.keys()].map((at) => at + 1));
  const back = await store.readAll({ direction: "backwards", from: Infinity, limit: 1_000 });
  assert.deepEqual(back.events.toReversed(), events);
  const links = await store.readStream("$ce-a", { direction: "forwards", from: 0, limit: 1_000 });
  assert.deepEqual(
    links.events.map(({ position, revision }) => [position, revision]),
    events.filter(({ stream, data }) =>
      stream.startsWith("a-") || stream.startsWith("$$a-") && data === softDeletionMetadata
    ).map(({ position }, index) => [position, index]),
  );
}
