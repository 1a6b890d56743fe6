import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import type { AskedAct } from "./process_acts.ts";
import { type MemoryRecords, memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";
import { giveUpMs, remindMs, waitingProcess } from "./testing/waiting_process.ts";

const process = waitingProcess;

function anAct(act: AskedAct["act"], { id = "milk" } = {}): AskedAct {
  return { id, act, actId: crypto.randomUUID(), actor: "anna", reason: "the shop is open again" };
}

async function noted(bed: ProcessTestBed, errandId = "milk"): Promise<string[]> {
  return (await bed.events(errandId, process.name)).map(({ type }) => type);
}

const stuck = ["Begun", "Reminded", "GivenUp"];

/** An errand of which no report has come. */
async function stuckMilk(bed: ProcessTestBed, records: MemoryRecords) {
  bed.messenger = () => new Response(null, { status: 202 });
  const runtime = bed.start({ records, process });
  await bed.append("ErrandGiven", "milk");
  await eventually("its being on record", () => records.instances.has("milk"));
  await bed.clock.advance(remindMs + 1_000);
  await bed.clock.advance(giveUpMs + 1_000);
  await eventually("its being stuck", () => records.instances.get("milk")?.state === "stuck");
  assert.deepEqual(await noted(bed), stuck);
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  return runtime;
}

async function answer({ acts }: MemoryRecords, bed: ProcessTestBed, { actId }: AskedAct) {
  await eventually("an answer", async () => {
    await bed.clock.advance(500);
    return acts.answers.has(actId);
  });
  const { actId: _, ...rest } = acts.answers.get(actId)!;
  return rest;
}

Deno.test("an act frees what is stuck: it is an event with actor and reason, and what follows is done", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  await stuckMilk(bed, records);
  const asked = bed.requests.length;
  const act = anAct("retry");
  records.acts.ask(act);
  assert.deepEqual(await answer(records, bed, act), { outcome: "done" });
  await eventually("the end", async () => (await noted(bed)).includes("Reported"));
  assert.deepEqual(await noted(bed), [...stuck, "Retried", "Reported"]);
  const retried = (await bed.events("milk", process.name))[3];
  const { actor, reason } = retried?.data as { actor: string; reason: string };
  assert.deepEqual([actor, reason], ["anna", "the shop is open again"]);
  const keys = bed.requests.map(({ headers }) => headers.get("Idempotency-Key"));
  assert.notEqual(keys[asked], keys[asked - 1], "it is another command");
  await eventually("its being struck off", () => !records.instances.has("milk"));
});

Deno.test("an act that the state does not allow is refused with the state that it needs, and so is one on nothing", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.start({ records, process });
  await bed.append("ErrandGiven", "milk");
  const [early, unknown] = [anAct("skip"), anAct("retry", { id: "bread" })];
  for (const act of [early, unknown]) records.acts.ask(act);
  assert.deepEqual(await answer(records, bed, early), {
    ...{ outcome: "refused", code: "saga-not-stuck" },
    message: "Cannot skip: it is waiting, and must be stuck",
  });
  assert.deepEqual(await answer(records, bed, unknown), {
    ...{ outcome: "refused", code: "saga-unknown" },
    message: 'Cannot retry "bread": it has not begun',
  });
  assert.deepEqual([await noted(bed), await noted(bed, "bread")], [["Begun"], []]);
});

Deno.test("of two at once one wins, and the other is told", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  await stuckMilk(bed, records);
  const [first, second] = [anAct("skip"), anAct("retry")];
  for (const act of [first, second]) records.acts.ask(act);
  assert.deepEqual(await answer(records, bed, first), { outcome: "done" });
  assert.deepEqual(await answer(records, bed, second), {
    ...{ outcome: "refused", code: "saga-not-stuck" },
    message: "Cannot retry: it is done, and must be stuck",
  });
  assert.deepEqual(await noted(bed), [...stuck, "Skipped"]);
});

Deno.test("an act whose answer was lost with its process is taken again, and has one effect", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const losing: MemoryRecords = {
    ...records,
    acts: { ...records.acts, answer: () => Promise.reject(new Error("killed")) },
  };
  const act = anAct("retry");
  const first = await stuckMilk(bed, losing);
  bed.messenger = () => new Response(null, { status: 202 });
  records.acts.ask(act);
  await eventually("its being done", async () => {
    await bed.clock.advance(500);
    return (await noted(bed)).includes("Retried");
  });
  await first[Symbol.asyncDispose]();
  assert.equal(records.acts.answers.size, 0);
  bed.start({ records, process });
  assert.deepEqual(await answer(records, bed, act), { outcome: "done" });
  assert.deepEqual(await noted(bed), [...stuck, "Retried"]);
});

Deno.test("an act that the code cannot take fails, and holds up no other", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  const broken = {
    ...process,
    notice: () => {
      throw new Error("no such thing");
    },
  };
  bed.start({ records, process: broken });
  await bed.append("ErrandGiven", "milk");
  const act = anAct("retry");
  records.acts.ask(act);
  assert.deepEqual(await answer(records, bed, act), {
    ...{ outcome: "failed", code: "act-not-taken" },
    message: 'Cannot retry "milk": its process cannot take that: no such thing',
  });
});
