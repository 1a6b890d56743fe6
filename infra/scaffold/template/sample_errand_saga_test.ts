import { ProcessInstance } from "@headwater/testing";
import assert from "node:assert/strict";
import { sampleAccountEventExamples as event } from "./examples.ts";
import { sampleErrandSaga } from "./sample_errand_saga.ts";

const started = event.SampleAccountOpened;
const proof = event.SampleAccountEntryAdded;
const step = "add-sample-account-entry";

Deno.test("AddSampleAccountEntry is outstanding after SampleAccountOpened, until it was done", () => {
  const instance = new ProcessInstance(sampleErrandSaga).hear(started);
  assert.deepEqual(instance.outstanding.map(({ name, command }) => [name, command.type]), [
    [step, "AddSampleAccountEntry"],
  ]);
  assert.deepEqual(instance.hear(proof).sends, []);
  assert.ok(instance.finished);
});

Deno.test("AddSampleAccountEntry without an answer in time is sent again; where it fails, operators are asked", () => {
  const instance = new ProcessInstance(sampleErrandSaga).hear(started);
  assert.equal(instance.wait(30_000).outstanding[0]?.isUnknown, true);
  assert.equal(instance.answered(step, "failed").tells.stuck?.step, step);
  assert.deepEqual(instance.operated("retry").sends, [`${step}#2`]);
});

Deno.test("inputs of a sample errand that come again, or uncalled for, change nothing", () => {
  assert.ok(new ProcessInstance(sampleErrandSaga).hear(proof).finished);
  const instance = new ProcessInstance(sampleErrandSaga).hear(started, proof);
  const { state } = instance;
  assert.deepEqual(instance.hear(started, proof).state, state);
});

Deno.test("a sample errand belongs to one sample account", () => {
  assert.equal(sampleErrandSaga.key(started), started.data.sampleAccountId);
});
