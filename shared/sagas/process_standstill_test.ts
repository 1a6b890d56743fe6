import { eventLog } from "@headwater/core";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";

/** A process that has heard of an errand, whose messenger has not done it yet, and its records. */
async function heardOfMilk(bed: ProcessTestBed) {
  const records = memoryRecords();
  bed.messenger = () => new Response(null, { status: 202 });
  const runtime = bed.start({ records });
  await bed.append("ErrandGiven", "milk");
  await eventually("the command", () => bed.requests.length === 1);
  return { records, runtime };
}

async function healthOf({ check }: ReturnType<ProcessTestBed["start"]>): Promise<string> {
  const { signal } = new AbortController();
  return await check.check(signal).then(() => "well", (error) => error.message);
}

const remedy = /: rehear "running", or put the log back that it heard$/;

Deno.test("in another log it stands still, across restarts, says so, and drives nothing", async () => {
  await using bed = new ProcessTestBed();
  const { records, runtime } = await heardOfMilk(bed);
  await runtime[Symbol.asyncDispose]();
  const { heard } = records;

  await using other = new ProcessTestBed();
  for (const errandId of ["milk", "bread", "eggs"]) await other.append("ErrandGiven", errandId);
  for (let start = 0; start < 2; start++) {
    const again = other.start({ records });
    await eventually("its standstill", async () => remedy.test(await healthOf(again)));
    await eventually("the pause after it", () => other.clock.pending() === 1);
    await other.clock.advance(5_000);
    await eventually("the next pause", () => other.clock.pending() === 1);
    assert.deepEqual(records.heard, heard);
    assert.match(records.stopped ?? "", remedy);
    assert.match(records.stopped ?? "", new RegExp(`"${await bed.log.identity()}" was read`));
    await again[Symbol.asyncDispose]();
  }
  assert.deepEqual(other.requests, []);
  assert.deepEqual(
    other.warnings.map(({ message }) => message),
    Array(2).fill("process stands still"),
  );
});

Deno.test("told to, it hears the other log from its start", async () => {
  await using bed = new ProcessTestBed();
  const { records, runtime } = await heardOfMilk(bed);
  await runtime[Symbol.asyncDispose]();

  await using other = new ProcessTestBed();
  await other.append("ErrandGiven", "bread");
  const again = other.start({ records });
  await eventually("its standstill", () => records.stopped !== undefined);
  records.forget();
  await eventually("the pause", () => other.clock.pending() === 1);
  await other.clock.advance(5_000);
  await eventually(
    "the end of its errand",
    async () => (await other.progress("bread")).length === 3,
  );
  assert.equal(await healthOf(again), "well");
  assert.deepEqual(await other.progress("milk"), []);
});

Deno.test("with its log back it goes on, and says nothing any more", async () => {
  await using bed = new ProcessTestBed();
  const { records, runtime } = await heardOfMilk(bed);
  await runtime[Symbol.asyncDispose]();
  await using other = new ProcessTestBed();
  const astray = other.start({ records });
  await eventually("its standstill", () => records.stopped !== undefined);
  await astray[Symbol.asyncDispose]();

  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  const again = bed.start({ records });
  await eventually("the end of the errand", async () => (await bed.progress("milk")).length === 3);
  assert.deepEqual([records.stopped, await healthOf(again)], [undefined, "well"]);
});

Deno.test("a log that is replaced under it ends what it drives", async () => {
  await using bed = new ProcessTestBed();
  await using other = new ProcessTestBed();
  const records = memoryRecords();
  let current = bed.log;
  const cut = Promise.withResolvers<void>();
  const given: AbortSignal[] = [];
  bed.messenger = ({ request: { signal } }) => {
    given.push(signal);
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason))
    );
  };
  const log = bed.replacing({
    async *subscribe(options) {
      for await (const batch of current.subscribe(options)) {
        yield batch;
        if (batch.events.length > 0) await cut.promise;
        if (current !== bed.log) return;
      }
    },
  });
  const runtime = bed.start({ records, log });
  await bed.append("ErrandGiven", "milk");
  await eventually("the command", () => given.length === 1);
  current = other.log;
  cut.resolve();
  await eventually("a pause", () => bed.clock.pending() === 1);
  await bed.clock.advance(5_000);
  await eventually("its standstill", async () => remedy.test(await healthOf(runtime)));
  assert.deepEqual(given.map(({ aborted }) => aborted), [true]);
});

Deno.test("records of an earlier release learn by what they are known, without any input", async () => {
  await using bed = new ProcessTestBed();
  const { records, runtime } = await heardOfMilk(bed);
  await runtime[Symbol.asyncDispose]();
  const { heard } = records;
  records.loseMark();
  bed.start({ records });
  await eventually("the mark", () => records.heard?.mark !== undefined);
  const identity = await bed.log.identity();
  assert.equal(records.heard?.mark?.log, identity);
  assert.ok(records.heard.position >= heard!.position);
  assert.ok(records.instances.has("milk"), "what is unfinished is not struck off");
});

Deno.test("what it heard can be forgotten while it runs: the next input has it hear everything", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const heard: number[] = [];
  const log = bed.replacing({
    async *subscribe(options) {
      heard.push(eventLog.positionOf(options.after) ?? 0);
      yield* bed.log.subscribe(options);
    },
  });
  bed.start({ records, log });
  await bed.append("ErrandGiven", "milk");
  await eventually("its end", async () => (await bed.progress("milk")).length === 3);
  const end = (await bed.log.head())!;
  await eventually("its being noted", () => (records.heard?.position ?? 0) === end - 1);
  records.forget();
  await bed.append("ErrandGiven", "bread");
  await eventually("its end", async () => (await bed.progress("bread")).length === 3);
  await eventually("its hearing everything", () => heard.length === 2);
  assert.deepEqual(heard, [0, 0]);
  assert.deepEqual(await bed.progress("milk"), ["Started", "run", "report"]);
  assert.equal(bed.requests.length, 4);
});
