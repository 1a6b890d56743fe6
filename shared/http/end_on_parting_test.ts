import assert from "node:assert/strict";
import { endOnParting } from "./end_on_parting.ts";

const bytes = new TextEncoder().encode("data: 1\n\n");

function setUp({ type = "text/event-stream" } = {}) {
  let cancelled = false;
  const parting = new AbortController();
  const { promise, resolve } = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const body = new ReadableStream<Uint8Array>({
    start: resolve,
    cancel() {
      cancelled = true;
    },
  });
  const answer = new Response(body, {
    status: 203,
    headers: { "Content-Type": type, "X-Any": "1" },
  });
  return { answer, parting, source: promise, isCancelled: () => cancelled };
}

Deno.test("a stream ends when its process leaves, whether or not something is read just then", async () => {
  for (const isReading of [true, false]) {
    const { answer, parting, source, isCancelled } = setUp();
    const ending = endOnParting(answer, parting.signal);
    assert.deepEqual([ending.status, ending.headers.get("X-Any")], [203, "1"]);
    const reader = ending.body!.getReader();
    (await source).enqueue(bytes);
    assert.deepEqual(await reader.read(), { done: false, value: bytes });
    const next = isReading ? reader.read() : undefined;
    parting.abort();
    assert.equal((await (next ?? reader.read())).done, true);
    assert.equal(isCancelled(), true);
  }
});

Deno.test("a stream that begins while its process leaves ends at once", async () => {
  const { answer, parting } = setUp();
  parting.abort();
  assert.equal(await endOnParting(answer, parting.signal).text(), "");
});

Deno.test("the ends of both sides are passed on", async () => {
  const ended = setUp();
  const passed = endOnParting(ended.answer, ended.parting.signal);
  (await ended.source).close();
  assert.equal(await passed.text(), "");
  const hungUp = setUp();
  await endOnParting(hungUp.answer, hungUp.parting.signal).body!.cancel();
  assert.equal(hungUp.isCancelled(), true);
  for (const { parting } of [ended, hungUp]) parting.abort();
});

Deno.test("a stream that is cut off elsewhere ends, and is no error of ours", async () => {
  const { answer, parting, source } = setUp();
  const passed = endOnParting(answer, parting.signal);
  const controller = await source;
  controller.enqueue(bytes);
  const reader = passed.body!.getReader();
  await reader.read();
  controller.error(new Error("the connection broke"));
  assert.equal((await reader.read()).done, true);
});

Deno.test("every other answer is passed on as it is", () => {
  const { answer, parting } = setUp({ type: "application/json" });
  assert.equal(endOnParting(answer, parting.signal), answer);
});
