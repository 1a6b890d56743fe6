import assert from "node:assert/strict";
import { endOnLeaving } from "./end_on_leaving.ts";

const bytes = new TextEncoder().encode("data: 1\n\n");

function setUp({ type = "text/event-stream" } = {}) {
  let cancelled = false;
  const leaving = new AbortController();
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
  return { answer, leaving, source: promise, isCancelled: () => cancelled };
}

Deno.test("a stream ends when its process leaves, whether or not something is read just then", async () => {
  for (const isReading of [true, false]) {
    const { answer, leaving, source, isCancelled } = setUp();
    const ending = endOnLeaving(answer, leaving.signal);
    assert.deepEqual([ending.status, ending.headers.get("X-Any")], [203, "1"]);
    const reader = ending.body!.getReader();
    (await source).enqueue(bytes);
    assert.deepEqual(await reader.read(), { done: false, value: bytes });
    const next = isReading ? reader.read() : undefined;
    leaving.abort();
    assert.equal((await (next ?? reader.read())).done, true);
    assert.equal(isCancelled(), true);
  }
});

Deno.test("a stream that begins while its process leaves ends at once", async () => {
  const { answer, leaving } = setUp();
  leaving.abort();
  assert.equal(await endOnLeaving(answer, leaving.signal).text(), "");
});

Deno.test("the ends of both sides are passed on", async () => {
  const ended = setUp();
  const passed = endOnLeaving(ended.answer, ended.leaving.signal);
  (await ended.source).close();
  assert.equal(await passed.text(), "");
  const hungUp = setUp();
  await endOnLeaving(hungUp.answer, hungUp.leaving.signal).body!.cancel();
  assert.equal(hungUp.isCancelled(), true);
  for (const { leaving } of [ended, hungUp]) leaving.abort();
});

Deno.test("a stream that is cut off elsewhere ends, and is no error of ours", async () => {
  const { answer, leaving, source } = setUp();
  const passed = endOnLeaving(answer, leaving.signal);
  const controller = await source;
  controller.enqueue(bytes);
  const reader = passed.body!.getReader();
  await reader.read();
  controller.error(new Error("the connection broke"));
  assert.equal((await reader.read()).done, true);
});

Deno.test("every other answer is passed on as it is", () => {
  const { answer, leaving } = setUp({ type: "application/json" });
  assert.equal(endOnLeaving(answer, leaving.signal), answer);
});
