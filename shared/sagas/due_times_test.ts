import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import type { Process } from "./process.ts";
import { mostDue } from "./process_records.ts";
import { away } from "./testing/limited_errands.ts";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";
import { giveUpMs, remindMs, waitingProcess } from "./testing/waiting_process.ts";

const process = waitingProcess;

/** What the process noted of an errand. */
async function noted(bed: ProcessTestBed, errandId: string): Promise<string[]> {
  return (await bed.events(errandId, process.name)).map(({ type }) => type);
}

async function untilNoted(bed: ProcessTestBed, errandId: string, ...types: string[]) {
  await eventually(`${types.at(-1)} of ${errandId}`, async () => {
    return (await noted(bed, errandId)).length >= types.length;
  });
  assert.deepEqual(await noted(bed, errandId), types);
}

function taken(): Response {
  return new Response(null, { status: 202 });
}

function rowsOf(records: ReturnType<typeof memoryRecords>) {
  return (id: string) => records.instances.has(id) ? records.standing.get(id) : undefined;
}

Deno.test("an instance is told when its time has come, within a second, and what follows is done", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const row = rowsOf(records);
  bed.start({ records, process });
  await bed.append("ErrandGiven", "milk");
  await eventually("its being on record", () => row("milk")?.dueAt !== undefined);
  assert.equal(row("milk")?.dueAt, new Date(remindMs).toISOString());
  await bed.clock.advance(remindMs - 1);
  assert.deepEqual(await noted(bed, "milk"), ["Begun"]);
  await bed.clock.advance(1_000);
  await untilNoted(bed, "milk", "Begun", "Reminded", "Reported");
  const [, reminded] = await bed.events("milk", process.name);
  assert.ok(Date.parse((reminded?.data as { at: string }).at) - remindMs <= 1_000);
  assert.equal(bed.requests.length, 1);
  await eventually("its being struck off", () => row("milk") === undefined);
});

Deno.test("progress revokes a time, and sets another", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const row = rowsOf(records);
  bed.messenger = taken;
  bed.start({ records, process });
  await bed.append("ErrandGiven", "milk");
  await bed.append("ErrandGiven", "bread");
  await bed.append("ErrandRun", "milk");
  await untilNoted(bed, "milk", "Begun", "Ran");
  await eventually("its being on record", () => row("bread")?.dueAt !== undefined);
  await bed.clock.advance(remindMs);
  await untilNoted(bed, "bread", "Begun", "Reminded");
  await eventually("its next time", () => Date.parse(row("bread")?.dueAt ?? "") > giveUpMs);
  await bed.clock.advance(giveUpMs + 1_000);
  await untilNoted(bed, "bread", "Begun", "Reminded", "GivenUp");
  await eventually("its being stuck", () => records.instances.get("bread")?.state === "stuck");
  const { step, cause } = records.instances.get("bread")!;
  assert.deepEqual([step, cause], ["report", "no report has come"]);
  assert.deepEqual(await noted(bed, "milk"), ["Begun", "Ran"]);
});

Deno.test("who only waits is not read at a start; what became due meanwhile comes after it has heard what it missed", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const row = rowsOf(records);
  const first = bed.start({ records, process });
  for (const errandId of ["milk", "bread"]) await bed.append("ErrandGiven", errandId);
  await eventually("their being on record", () => row("milk") && row("bread") ? true : false);
  await first[Symbol.asyncDispose]();

  const read: string[] = [];
  const log = bed.replacing({
    read(stream, ...more) {
      read.push(stream);
      return bed.log.read(stream, ...more);
    },
  });
  const second = bed.start({ records, process, log });
  await eventually("its looking for times", () => bed.clock.pending() === 1);
  assert.deepEqual(read, []);
  await second[Symbol.asyncDispose]();

  await bed.append("ErrandRun", "milk");
  await bed.clock.advance(remindMs);
  bed.start({ records, process });
  await eventually("its looking for times", () => bed.clock.pending() === 1);
  await bed.clock.advance(500);
  await untilNoted(bed, "bread", "Begun", "Reminded", "Reported");
  await untilNoted(bed, "milk", "Begun", "Ran");
});

Deno.test("nobody is told of a time while what was in the log by then is still to be heard", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const first = bed.start({ records, process });
  await bed.append("ErrandGiven", "milk");
  await eventually("its being on record", () => records.instances.size === 1);
  await first[Symbol.asyncDispose]();
  await bed.append("ErrandRun", "milk");
  await bed.clock.advance(remindMs);

  const held = Promise.withResolvers<void>();
  const log = bed.replacing({
    async *subscribe(options) {
      const { heard } = records;
      yield { events: [], ...heard!, caughtUp: false };
      await held.promise;
      yield* bed.log.subscribe(options);
    },
  });
  bed.start({ records, process, log });
  await eventually("its looking for times", () => bed.clock.pending() === 1);
  await bed.clock.advance(5_000);
  assert.deepEqual(await noted(bed, "milk"), ["Begun"]);
  held.resolve();
  await untilNoted(bed, "milk", "Begun", "Ran");
  await bed.clock.advance(5_000);
  assert.deepEqual(await noted(bed, "milk"), ["Begun", "Ran"]);
});

Deno.test("without its records a process finds who waits, and tells them", async () => {
  await using bed = new ProcessTestBed();
  const first = bed.start({ process });
  await bed.append("ErrandGiven", "milk");
  await untilNoted(bed, "milk", "Begun");
  await first[Symbol.asyncDispose]();
  const records = memoryRecords();
  bed.start({ records, process });
  await eventually("its being found", () => records.instances.has("milk"));
  await bed.clock.advance(remindMs);
  await untilNoted(bed, "milk", "Begun", "Reminded", "Reported");
});

Deno.test("two that look for the same times, and one that ends before it says that it told, have one effect", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = taken;
  const records = memoryRecords();
  const errands = Array.from({ length: 20 }, (_, number) => `errand${number}`);
  bed.start({ records, process });
  bed.start({ records, process });
  for (const errandId of errands) await bed.append("ErrandGiven", errandId);
  await eventually("their being on record", () => records.instances.size === errands.length);
  const before = new Map(records.standing);
  await bed.clock.advance(remindMs);
  for (const errandId of errands) await untilNoted(bed, errandId, "Begun", "Reminded");
  const third = memoryRecords();
  await third.save({ from: undefined, to: records.heard, instances: before });
  bed.start({ records: third, process });
  await eventually("their next times", async () => {
    await bed.clock.advance(100);
    return errands.every((id) => Date.parse(third.standing.get(id)?.dueAt ?? "") > remindMs);
  });
  for (const errandId of errands) await untilNoted(bed, errandId, "Begun", "Reminded");
});

Deno.test("a crowd whose time comes at once is told page by page", async () => {
  await using bed = new ProcessTestBed();
  bed.messenger = taken;
  const inner = memoryRecords();
  const pages: number[] = [];
  const records = {
    ...inner,
    async due(until: string, slices: readonly number[]) {
      const due = await inner.due(until, slices);
      if (due.length > 0) pages.push(due.length);
      return due;
    },
  };
  const errands = Array.from({ length: 2 * mostDue + 1 }, (_, number) => `errand${number}`);
  for (const errandId of errands) await bed.append("ErrandGiven", errandId);
  bed.start({ records, process });
  await eventually("their being on record", () => inner.instances.size === errands.length);
  await bed.clock.advance(remindMs);
  await eventually("their being told", () => pages.length === 3);
  assert.deepEqual(pages, [mostDue, mostDue, 1]);
  for (const errandId of errands) await untilNoted(bed, errandId, "Begun", "Reminded");
});

Deno.test("an instance that cannot take its time is stuck, is told again, and holds up no other", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  let isBroken = true;
  const broken = {
    ...process,
    notice(...[notice, state]: Parameters<NonNullable<typeof process.notice>>) {
      if (isBroken && state.errandId === "milk") throw new Error("no such thing");
      return process.notice!(notice, state);
    },
  };
  bed.start({ records, process: broken });
  for (const errandId of ["milk", "bread"]) await bed.append("ErrandGiven", errandId);
  await eventually("their being on record", () => records.instances.size === 2);
  await bed.clock.advance(remindMs);
  await untilNoted(bed, "bread", "Begun", "Reminded", "Reported");
  await eventually("its being stuck", () => records.instances.get("milk")?.state === "stuck");
  const { cause } = records.instances.get("milk")!;
  assert.equal(cause, 'Cannot take the time "remind": no such thing');
  isBroken = false;
  await bed.clock.advance(29_000);
  assert.deepEqual(await noted(bed, "milk"), ["Begun"]);
  await bed.clock.advance(2_000);
  await untilNoted(bed, "milk", "Begun", "Reminded", "Reported");
});

Deno.test("a log that is away when a time comes is asked again", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  let isAway = false;
  const log = bed.replacing({
    append(...args) {
      if (isAway) throw new Error("the disk is full");
      return bed.log.append(...args);
    },
  });
  bed.start({ records, process, log });
  await bed.append("ErrandGiven", "milk");
  await eventually("its being on record", () => records.instances.size === 1);
  isAway = true;
  await bed.clock.advance(remindMs);
  await eventually("its trouble", () => bed.warnings.length > 0);
  isAway = false;
  await bed.clock.advance(5_000);
  await untilNoted(bed, "milk", "Begun", "Reminded", "Reported");
});

Deno.test("what follows from a time, and was surely not done, has failed", async () => {
  await using bed = new ProcessTestBed();
  const outcomes = new Set<string>();
  const limited: Process = {
    ...process,
    outstanding: (state) =>
      process.outstanding(state).map((step) => ({ ...step, limits: { attempts: 2 } })),
    notice(notice, state) {
      if (notice.type === "StepAnswered") outcomes.add(notice.outcome);
      return process.notice?.(notice, state) ?? [];
    },
  };
  bed.messenger = away;
  bed.start({ process: limited });
  await bed.append("ErrandGiven", "milk");
  await eventually("its outcome", async () => {
    await bed.clock.advance(1_000);
    return outcomes.size > 0;
  });
  assert.deepEqual([...outcomes], ["failed"]);
  assert.equal(bed.requests.length, 2);
});

Deno.test("the patience with a step does not run out while it waits for its turn", async () => {
  await using bed = new ProcessTestBed();
  const answered = Promise.withResolvers<void>();
  const asked = new Set<string>();
  bed.messenger = async ({ errandId }) => {
    asked.add(errandId);
    await answered.promise;
    return taken();
  };
  const limited: typeof process = {
    ...process,
    outstanding: (state) =>
      process.outstanding(state).map((step) => ({ ...step, limits: { attempts: 3 } })),
    timers: (state) =>
      process.timers!(state).map((timer) =>
        timer.name === "remind" ? timer : { ...timer, step: "report" }
      ),
  };
  bed.start({ records: memoryRecords(), process: limited });
  const errands = Array.from({ length: 10 }, (_, number) => `errand${number}`);
  for (const errandId of errands) await bed.append("ErrandGiven", errandId);
  async function isUntil(type: string, count: number): Promise<boolean> {
    await bed.clock.advance(1_000);
    const all = await Promise.all(errands.map((id) => noted(bed, id)));
    return all.filter((types) => types.includes(type)).length === count;
  }
  await eventually("their being reminded", () => isUntil("Reminded", 10));
  await eventually("the first being asked", () => asked.size === 4);
  const first = [...asked];
  await bed.clock.advance(giveUpMs);
  await eventually("the end of the patience with these", () => isUntil("GivenUp", 4));
  await bed.clock.advance(giveUpMs);
  for (const id of errands) {
    assert.equal((await noted(bed, id)).includes("GivenUp"), first.includes(id), id);
  }
  answered.resolve();
  await eventually("the others being asked", () => asked.size === 10);
});
