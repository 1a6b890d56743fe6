import { eventLogSuite, newEvent, recordingTracer } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryLog } from "./memory_log.ts";
import { tracedLog } from "./traced_log.ts";
import { silentTracer } from "./tracer.ts";

eventLogSuite("traced", () => {
  return Promise.resolve(tracedLog(memoryLog(), { tracer: recordingTracer() }));
}, Deno);

Deno.test("a log that nobody watches is the log itself", async () => {
  await using log = memoryLog();
  assert.equal(tracedLog(log, { tracer: silentTracer }), log);
});

Deno.test("appends are spans, and reads are where they are part of one", async () => {
  const tracer = recordingTracer();
  await using log = tracedLog(memoryLog(), { tracer });
  const first = { expected: "no-stream" } as const;
  await log.append("door-1", [newEvent(), newEvent()], first);
  await Array.fromAsync(log.read("door-1"));
  await assert.rejects(log.append("door-1", [newEvent()], first));
  await tracer.span({ name: "whole" }, async () => {
    await Array.fromAsync(log.read("door-1"));
    for await (const _page of log.read("door-1")) break;
  });
  assert.deepEqual(tracer.spans.map(({ name, kind }) => `${name} ${kind}`), [
    "append door producer",
    "append door producer",
    "whole internal",
    "read door client",
    "read door client",
  ]);
  const [appended, refused, whole, read] = tracer.spans;
  assert.equal(appended!.attributes["messaging.batch.message_count"], 2);
  assert.equal(appended!.failure, undefined);
  assert.equal(refused!.failure, "RevisionConflict");
  assert.equal(read!.parentId, whole!.spanId);
  assert.equal(read!.attributes["db.response.returned_rows"], 2);
  assert.ok(tracer.spans.every(({ isOver }) => isOver));
});
