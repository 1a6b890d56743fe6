import { eventually, randomOf } from "@headwater/testing";
import assert from "node:assert/strict";
import type { Process } from "./process.ts";
import { errandProcess } from "./testing/errand_process.ts";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";

/** The process, which cannot take something of the errands named so, until it is mended. */
function breakable(...names: readonly string[]) {
  const state = { isBroken: true };
  function assertTaken(errandId: string): void {
    if (state.isBroken && names.includes(errandId)) throw new Error(`${errandId} is not liked`);
  }
  const process: Process = {
    ...errandProcess,
    react(input, before, context) {
      if (input.type === "ErrandRun") assertTaken(input.data.errandId);
      return errandProcess.react(input, before, context);
    },
  };
  return { process, mend: () => void (state.isBroken = false), assertTaken };
}

async function healthOf({ check }: ReturnType<ProcessTestBed["start"]>) {
  return await check.check(new AbortController().signal);
}

Deno.test("an instance that cannot take an input waits, and does nothing; the others go on", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const { process, mend } = breakable("milk");
  const runtime = bed.start({ records, process });
  for (const errandId of ["milk", "bread"]) await bed.append("ErrandGiven", errandId);
  await eventually("the end", async () => (await bed.progress("bread")).length === 3);
  await eventually("the letter", async () => (await records.letters.load()).length === 1);
  const [letter] = await records.letters.load();
  assert.deepEqual([letter?.instance, letter?.cause], ["milk", "milk is not liked"]);
  assert.equal(letter?.isBehind, false);
  assert.deepEqual(await bed.progress("milk"), ["Started"]);
  assert.deepEqual(await healthOf(runtime), {
    warning: "Waiting for an input that they cannot take: 1 (sagas list)",
  });
  // Later inputs of it wait, too
  await bed.append("ErrandReported", "milk");
  await eventually("both", async () => (await records.letters.load()).length === 2);
  const sent = bed.requests.length;
  assert.equal(bed.clock.pending(), 0, "nobody drives it");

  await runtime[Symbol.asyncDispose]();
  assert.equal(bed.requests.length, sent);
  mend();
  const again = bed.start({ records, process });
  await eventually("its end", async () => (await bed.progress("milk")).length === 3);
  assert.deepEqual(await bed.progress("milk"), ["Started", "run", "report"]);
  assert.deepEqual(await records.letters.load(), []);
  await eventually("its health", async () => (await healthOf(again))?.warning === undefined);
});

Deno.test("it waits across restarts, and hears nothing out of order", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const { process } = breakable("milk");
  for (const errandId of ["milk", "bread"]) await bed.append("ErrandGiven", errandId);
  for (let start = 0; start < 2; start++) {
    const runtime = bed.start({ records, process });
    await eventually("the letter", async () => (await records.letters.load()).length === 1 + start);
    await bed.append("ErrandReported", "milk");
    await eventually("one more", async () => (await records.letters.load()).length > 1);
    await runtime[Symbol.asyncDispose]();
  }
  assert.deepEqual(
    (await records.letters.load()).map(({ recorded, isBehind }) => [recorded.type, isBehind]),
    [["ErrandRun", false], ["ErrandReported", true]],
  );
  assert.deepEqual(await bed.progress("milk"), ["Started"]);
});

Deno.test("what cannot be read waits under its instance, or with all of its stream", async () => {
  for (const keyIsKnown of [true, false]) {
    await using bed = new ProcessTestBed();
    const records = memoryRecords();
    let isBroken = true;
    const [inputs] = errandProcess.inputs;
    const process: Process = {
      ...errandProcess,
      inputs: [{
        ...inputs!,
        decode(recorded) {
          const { errandId } = recorded.data as { errandId: string };
          const isUnread = isBroken && errandId === "milk" && recorded.type === "ErrandGiven";
          if (isUnread) throw new Error("Cannot read it");
          const event = inputs!.decode(recorded);
          return event && Object.assign(event, { isRead: true });
        },
      }],
      key(input) {
        if (!keyIsKnown && !("isRead" in input)) throw new Error("of whom?");
        return input.data.errandId;
      },
    };
    const runtime = bed.start({ records, process });
    for (const errandId of ["milk", "bread"]) await bed.append("ErrandGiven", errandId);
    await bed.append("ErrandRun", "milk");
    await eventually("the end", async () => (await bed.progress("bread")).length === 3);
    await eventually("both letters", async () => (await records.letters.load()).length === 2);
    const [first, behind] = await records.letters.load();
    assert.deepEqual([first?.instance, first?.cause], [
      keyIsKnown ? "milk" : undefined,
      "Cannot read it",
    ]);
    assert.deepEqual([behind?.instance, behind?.isBehind], ["milk", true]);
    await runtime[Symbol.asyncDispose]();
    isBroken = false;
    bed.start({ records, process });
    await eventually("its end", async () => (await bed.progress("milk")).length === 3);
    assert.deepEqual(await records.letters.load(), []);
  }
});

Deno.test("a log that is away is nothing that an instance waits for", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  let fails = 1;
  const log = bed.replacing({
    append(...args) {
      if (fails-- > 0) return Promise.reject(new Error("the disk is full"));
      return bed.log.append(...args);
    },
  });
  bed.start({ records, log });
  await bed.append("ErrandGiven", "milk");
  await eventually("a pause", () => bed.clock.pending() > 0);
  await bed.clock.advance(5_000);
  await eventually("its end", async () => (await bed.progress("milk")).length === 3);
  assert.deepEqual(await records.letters.load(), []);
});

Deno.test("whatever instances cannot take, and whenever it is mended, each has done everything once", async () => {
  for (const seed of [1, 2, 3, 4]) {
    const random = randomOf(seed);
    await using bed = new ProcessTestBed();
    const records = memoryRecords();
    const riddles = new Set<string>();
    const process: Process = {
      ...errandProcess,
      react(input, state, context) {
        if (riddles.has(`${input.type} ${input.data.errandId}`)) throw new Error("a riddle");
        return errandProcess.react(input, state, context);
      },
      evolve(state, event) {
        if (riddles.has(`${event.type} ${event.data.errandId}`)) throw new Error("a riddle");
        return errandProcess.evolve(state, event);
      },
    };
    const errands = Array.from({ length: 12 }, (_, number) => `errand${number}`);
    const types = ["ErrandGiven", "ErrandRun", "ErrandReported", "Started", "Advanced"];
    for (const errand of errands) {
      if (random() < 0.6) riddles.add(`${types[Math.floor(random() * types.length)]} ${errand}`);
    }
    for (let start = 0; riddles.size > 0; start++) {
      const runtime = bed.start({ records, process });
      for (const errand of errands.slice(3 * start, 3 * start + 3)) {
        await bed.append("ErrandGiven", errand);
      }
      await bed.append("ErrandGiven", `last${start}`);
      await eventually("the end of the last", async () => {
        return (await bed.progress(`last${start}`)).length === 3;
      });
      await runtime[Symbol.asyncDispose]();
      for (const riddle of riddles) if (random() < 0.4) riddles.delete(riddle);
    }
    for (const errand of errands) await bed.append("ErrandGiven", errand);
    bed.start({ records, process });
    for (const errand of errands) {
      await eventually(`the end of ${errand}`, async () => (await bed.progress(errand)).length > 2);
      assert.deepEqual(await bed.progress(errand), ["Started", "run", "report"]);
    }
    assert.deepEqual(await records.letters.load(), []);
  }
});
