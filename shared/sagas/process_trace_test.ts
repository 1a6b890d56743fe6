import { eventually, recordingTracer } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";
import { remindMs, waitingProcess } from "./testing/waiting_process.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;

Deno.test("what a process sends is of the trace of what it has heard", async () => {
  const tracer = recordingTracer();
  await using bed = new ProcessTestBed();
  bed.start({ tracer });
  await bed.append("ErrandGiven", "milk", { traceparent });
  await eventually("the end", async () => (await bed.progress("milk")).length === 3);
  const [heard, sent] = tracer.spans;
  assert.equal(heard?.name, "process running");
  assert.equal(`00-${heard.traceId}-${heard.parentId}-01`, traceparent);
  assert.equal(heard.attributes["headwater.message.type"], "ErrandGiven");
  assert.equal(sent?.name, "send RunErrand");
  assert.equal(sent.parentId, heard.spanId);
  assert.equal(bed.requests[0]?.headers.get("traceparent"), `00-${traceId}-${sent.spanId}-01`);
  const [started] = await bed.events("milk");
  assert.equal(started?.metadata.traceparent, `00-${traceId}-${heard.spanId}-01`);
  await eventually("its answer", () => Promise.resolve(sent.isOver));
  assert.equal(sent.attributes["headwater.process.outcome"], "taken");
});

Deno.test("where nobody listens it hands on what it has heard, and an event of no trace begins none", async () => {
  await using bed = new ProcessTestBed();
  bed.start();
  await bed.append("ErrandGiven", "milk", { traceparent });
  await eventually("the end", async () => (await bed.progress("milk")).length === 3);
  const sent = bed.requests.map(({ headers }) => headers.get("traceparent"));
  // The messenger's own events are of no trace here
  assert.deepEqual(sent, [traceparent, null]);
});

Deno.test("a time that has come goes on with the trace of its instance, also after a restart", async () => {
  const tracer = recordingTracer();
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const first = bed.start({ records, process: waitingProcess, tracer });
  await bed.append("ErrandGiven", "milk", { traceparent });
  await eventually(
    "its being on record",
    () => Promise.resolve(records.standing.get("milk")?.dueAt !== undefined),
  );
  await first[Symbol.asyncDispose]();
  bed.start({ records, process: waitingProcess, tracer });
  await eventually("the timer to be watched", () => Promise.resolve(bed.clock.pending() > 0));
  await bed.clock.advance(remindMs + 1_000);
  await eventually("what follows", () => Promise.resolve(bed.requests.length > 0));
  const told = tracer.spans.find(({ attributes }) =>
    attributes["headwater.message.type"] === "TimerFired"
  );
  assert.deepEqual([told?.traceId, told?.name], [traceId, "process waiting"]);
  assert.equal(bed.requests[0]?.headers.get("traceparent")?.split("-")[1], traceId);
});

Deno.test("lines of the log have the ids of the request that an instance follows from", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = () => Response.json({ code: "no-way", detail: "No" }, { status: 400 });
  bed.start();
  await bed.append("ErrandGiven", "milk", { traceparent });
  await eventually("a line", () => Promise.resolve(bed.warnings.length > 0));
  const [{ message, fields } = {}] = bed.warnings;
  assert.equal(message, "process stuck");
  assert.equal(fields?.["correlationId"], "correlation of milk");
  assert.equal(fields?.["traceId"], traceId);
});
