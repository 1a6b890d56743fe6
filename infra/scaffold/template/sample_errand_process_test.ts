import { assertEventsRoundTrip, heard } from "@headwater/testing";
import assert from "node:assert/strict";
import { sampleAccountEventExamples as event } from "./examples.ts";
import { sampleErrandEvents, sampleErrandProcess } from "./sample_errand_process.ts";

const started = event.SampleAccountOpened;
const proof = event.SampleAccountEntryAdded;

Deno.test("AddSampleAccountEntry is outstanding after SampleAccountOpened, until it was done", () => {
  const before = heard(sampleErrandProcess, started);
  assert.deepEqual(before.outstanding.map(({ command }) => command.type), [
    "AddSampleAccountEntry",
  ]);
  assert.equal(before.finished, false);
  const after = heard(sampleErrandProcess, started, proof);
  assert.deepEqual([after.outstanding, after.finished], [[], true]);
});

Deno.test("inputs of a sample errand that come again, or uncalled for, yield nothing", () => {
  assert.deepEqual(heard(sampleErrandProcess, proof).events, []);
  const { events } = heard(sampleErrandProcess, started, started, proof, proof, started);
  assert.deepEqual(events.map(({ type }) => type), ["SampleErrandStarted", "SampleErrandDone"]);
});

Deno.test("a sample errand belongs to one sample account", () => {
  assert.equal(sampleErrandProcess.key(started), started.data.sampleAccountId);
});

Deno.test("what a sample errand remembers is read as it was written", () => {
  assertEventsRoundTrip(sampleErrandEvents);
});
