import { type Recorded, silentLog } from "@headwater/core";
import { deepEqual } from "node:assert/strict";
import { ParkedInputs } from "./parked_inputs.ts";
import { ProcessInbox } from "./process_inbox.ts";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";
import { remindMs, waitingProcess as process } from "./testing/waiting_process.ts";

/** Two processes of a service, which hear the same and keep what they know. */
async function twoThatHear(bed: ProcessTestBed) {
  const log = bed.replacing({});
  const parked = () => new ParkedInputs({ records: memoryRecords(), logger: silentLog, process });
  const [owner, other] = [1, 2].map(() => ({
    inbox: new ProcessInbox(process, { log, random: () => 0.5 }),
    parked: parked(),
  }));
  async function heardBy(which: typeof owner, type: string): Promise<void> {
    const inputs: Recorded[] = [];
    for await (const page of bed.log.read("errand-milk")) inputs.push(...page);
    const { letters } = await which!.inbox.hear(
      inputs.filter((input) => input.type === type),
      which!.parked,
    );
    deepEqual(letters, []);
  }
  await bed.append("ErrandGiven", "milk");
  await heardBy(owner, "ErrandGiven");
  await heardBy(other, "ErrandGiven");
  return {
    hears: (type: string) => heardBy(other, type),
    isReminded: () =>
      owner!.inbox.notice("milk", {
        ...{ type: "TimerFired", timer: "remind", dueAt: new Date(remindMs).toISOString() },
        at: new Date(remindMs).toISOString(),
      }),
    otherKnows: async () => (await other!.inbox.recall("milk")).state.phase,
    noted: async () => (await bed.events("milk", process.name)).map(({ type }) => type),
  };
}

Deno.test("an input that leads to something only after what another process has told is not taken for idle", async () => {
  await using bed = new ProcessTestBed();
  const { hears, isReminded, otherKnows, noted } = await twoThatHear(bed);
  await isReminded();
  await bed.append("ErrandReported", "milk");
  deepEqual(await otherKnows(), "waiting");
  // Whoever told it is gone before it hears this
  await hears("ErrandReported");
  deepEqual(await noted(), ["Begun", "Reminded", "Reported"]);
  deepEqual(await otherKnows(), "done");
});

Deno.test("an input that led to something only before what another process has told leads to nothing", async () => {
  await using bed = new ProcessTestBed();
  const { hears, isReminded, otherKnows, noted } = await twoThatHear(bed);
  await isReminded();
  await bed.append("ErrandRun", "milk");
  await hears("ErrandRun");
  deepEqual(await noted(), ["Begun", "Reminded"]);
  deepEqual(await otherKnows(), "reporting");
});
