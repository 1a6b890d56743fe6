import type { Recorded } from "@headwater/core";
import { newEvent, recordingTracer } from "@headwater/testing";
import { deepEqual, equal, rejects } from "node:assert/strict";
import { batchTrace } from "./batch_trace.ts";

const first = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const second = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-01";
const other = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const isNews = { isNews: true };

let position = 0;

function event(traceparent?: string): Recorded {
  const made = newEvent();
  return {
    ...made,
    metadata: { ...made.metadata, ...(traceparent !== undefined && { traceparent }) },
    ...{
      stream: "thing-1",
      revision: 0,
      position: ++position,
      recordedAt: "2026-01-01T00:00:00.000Z",
    },
  };
}

function setUp() {
  const tracer = recordingTracer();
  return { tracer, batch: batchTrace({ view: "things", tracer, now: () => 5 }) };
}

Deno.test("a batch of one trace is part of it, and is linked to what its events follow from", async () => {
  const { tracer, batch } = setUp();
  const events = [first, second, second].map(event);
  // The fold of the first failed
  for (const each of [events[0]!, ...events]) batch.note(each);
  equal(await batch.written(() => Promise.resolve("written"), isNews), "written");
  const [span] = tracer.spans;
  equal(span?.name, "process things");
  equal(`00-${span.traceId}-${span.parentId}-01`, second);
  deepEqual(span.links, [first, second]);
  equal(span.attributes["messaging.batch.message_count"], 3);
});

Deno.test("a batch of many traces is part of none, and is linked to all of them", async () => {
  const { tracer, batch } = setUp();
  for (const each of [first, other, undefined, "junk"]) batch.note(event(each));
  // Not of what it happens to run in either
  await tracer.span({ name: "around", parent: first }, async () => {
    await batch.written(() => Promise.resolve(), isNews);
  });
  const [, span] = tracer.spans;
  equal(span?.parentId, undefined);
  deepEqual(span?.links, [first, other]);
  equal(span.attributes["messaging.batch.message_count"], 4);
});

Deno.test("what is tried again after a failure is another batch, and what is no news is none", async () => {
  const { tracer, batch } = setUp();
  batch.note(event(first));
  await rejects(batch.written(() => Promise.reject(new TypeError("gone")), isNews));
  batch.note(event(other));
  await batch.written(() => Promise.resolve(), { isNews: false });
  await batch.written(() => Promise.resolve(), isNews);
  deepEqual(tracer.spans.map(({ failure }) => failure), ["TypeError"]);
});

Deno.test("a batch of very many traces has a bounded number of links", async () => {
  const { tracer, batch } = setUp();
  for (let at = 0; at < 5_000; at++) {
    batch.note(event(first.replace("4bf92f35", at.toString(16).padStart(8, "0"))));
  }
  await batch.written(() => Promise.resolve(), isNews);
  equal(tracer.spans[0]?.links.length, 128);
});
