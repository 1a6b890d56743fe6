import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import type { Process } from "./process.ts";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";
import { remindMs, waitingProcess } from "./testing/waiting_process.ts";

/** A release that has these versions; instances run by version 1. */
function having(...versions: number[]): Process {
  return { ...waitingProcess, versions };
}

async function noted(bed: ProcessTestBed, errandId: string): Promise<string[]> {
  return (await bed.events(errandId, "waiting")).map(({ type }) => type);
}

const cause = "it runs by version 1, which this release lacks: it has 2, 3";

Deno.test("whose version a release lacks is stuck, is not driven and told of no time, until one has it", async () => {
  await using bed = new ProcessTestBed();
  const records = memoryRecords();
  bed.messenger = () => new Response(null, { status: 202 });
  const first = bed.start({ records, process: having(1) });
  await bed.append("ErrandGiven", "milk");
  await eventually("its being on record", () => records.instances.size === 1);
  await bed.clock.advance(remindMs + 1_000);
  await eventually("its step", () => bed.requests.length > 0);
  await bed.append("ErrandGiven", "bread");
  await eventually("its being on record", () => records.instances.size === 2);
  await first[Symbol.asyncDispose]();
  const sent = bed.requests.length;

  const second = bed.start({ records, process: having(2, 3) });
  await eventually("what is at work to be stuck", async () => {
    await bed.clock.advance(500);
    return records.instances.get("milk")?.state === "stuck";
  });
  assert.deepEqual(records.instances.get("milk"), { state: "stuck", step: null, cause });
  await bed.clock.advance(remindMs + 1_000);
  await eventually(
    "what waits to be stuck",
    () => records.instances.get("bread")?.state === "stuck",
  );
  const act = {
    ...{ id: "milk", act: "retry", actId: crypto.randomUUID() } as const,
    actor: "anna",
  };
  records.acts.ask({ ...act, reason: "" });
  await eventually("an answer", async () => {
    await bed.clock.advance(500);
    return records.acts.answers.has(act.actId);
  });
  const { outcome, code, message } = records.acts.answers.get(act.actId)!;
  assert.deepEqual([outcome, code, message], [
    ...["refused", "saga-stranded"],
    `Cannot retry: ${cause}`,
  ]);
  assert.equal(bed.requests.length, sent);
  assert.deepEqual(await noted(bed, "bread"), ["Begun"]);
  await second[Symbol.asyncDispose]();

  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  bed.start({ records, process: having(1, 2) });
  await eventually("the end of both", async () => {
    await bed.clock.advance(500);
    const all = await Promise.all(["milk", "bread"].map((id) => noted(bed, id)));
    return all.every((types) => types.at(-1) === "Reported");
  });
  await eventually("their being struck off", () => records.instances.size === 0);
});
