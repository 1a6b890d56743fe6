import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import type { Process } from "./process.ts";
import { ProcessInbox } from "./process_inbox.ts";
import type { ProcessRecords } from "./process_records.ts";
import { sliceCount, sliceOf } from "./slice.ts";
import { type MemorySlices, memorySlices } from "./testing/memory_slices.ts";
import { limitedErrand } from "./testing/limited_errand_process.ts";
import { away } from "./testing/limited_errands.ts";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";
import { remindMs, waitingProcess } from "./testing/waiting_process.ts";

const errands = Array.from({ length: 24 }, (_, each) => `errand-${each}`);

/** Runtimes of several operating-system processes, which share records; each can be cut off from their leases alone. */
class SharingTestBed extends ProcessTestBed {
  readonly records = memoryRecords();
  readonly store: MemorySlices = memorySlices(this.clock, {
    unfinished: () =>
      this.records.instances.keys()
        .filter((id) => this.records.standing.get(id)?.outstanding !== 0),
  });

  /** One of them. */
  begin(options: { readonly process?: Process } = {}) {
    const slices: MemorySlices = Object.create(this.store, {
      isSilent: { value: false, writable: true },
    });
    const records: ProcessRecords = Object.create(this.records, { slices: { value: slices } });
    const runtime = this.start({ ...options, records });
    return { slices, [Symbol.asyncDispose]: () => runtime[Symbol.asyncDispose]() };
  }

  async seconds(count: number): Promise<void> {
    for (let each = 0; each < count; each++) await this.clock.advance(1_000);
  }

  /** Until this many processes have slices. */
  async untilShared(count: number): Promise<void> {
    await eventually(`${count} to share`, async () => {
      await this.clock.advance(100);
      return new Set(this.store.owners().values()).size === count;
    });
  }

  /** How often each command was sent, by its id. */
  sendings(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { headers, url } of this.requests) {
      const command = `${url} ${headers.get("Idempotency-Key")}`;
      counts.set(command, (counts.get(command) ?? 0) + 1);
    }
    return counts;
  }
}

/** No answer, until nobody waits for it. */
function hanging(signal: AbortSignal, ended: () => void = () => {}): Promise<Response> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      ended();
      reject(signal.reason);
    });
  });
}

function isDone(bed: ProcessTestBed, errandId: string): Promise<boolean> {
  return bed.progress(errandId).then((progress) => progress.length === 3);
}

async function untilAllDone(bed: ProcessTestBed): Promise<void> {
  for (const errandId of errands) {
    await eventually(`the end of ${errandId}`, () => isDone(bed, errandId));
  }
}

Deno.test("a process that is alone drives what it hears without waiting for anything", async () => {
  await using bed = new SharingTestBed();
  bed.begin();
  await bed.append("ErrandGiven", "milk");
  await eventually("the end of it", () => isDone(bed, "milk"));
  assert.equal(bed.clock.now(), 0);
});

Deno.test("of several processes each instance is driven by one, and each command is sent once", async () => {
  await using bed = new SharingTestBed();
  bed.begin();
  bed.begin();
  await bed.untilShared(2);
  await Promise.all(errands.map((errandId) => bed.append("ErrandGiven", errandId)));
  await untilAllDone(bed);
  const sendings = bed.sendings();
  assert.equal(sendings.size, 2 * errands.length);
  assert.deepEqual([...new Set(sendings.values())], [1]);
});

Deno.test("what a process had begun that is gone is ended by another one within six seconds, by the same commands", async () => {
  await using bed = new SharingTestBed();
  const gone = bed.begin();
  await bed.untilShared(1);
  bed.begin();
  await bed.untilShared(2);
  bed.messenger = () => new Response(null, { status: 202 });
  await Promise.all(errands.map((errandId) => bed.append("ErrandGiven", errandId)));
  await eventually("all to be begun", () => bed.sendings().size === errands.length);
  // It hears and drives no more, and says nothing of that
  gone.slices.isSilent = true;
  gone.slices.leave = () => Promise.resolve();
  await gone[Symbol.asyncDispose]();
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  await bed.clock.advance(6_000);
  const [one] = new Set(bed.store.owners().values());
  assert.deepEqual([...new Set(bed.store.owners().values())], [one]);
  await eventually("the end of its own", async () => {
    await bed.clock.advance(500);
    return (await Promise.all(errands.map((each) => isDone(bed, each)))).every(Boolean);
  });
  assert.equal(bed.sendings().size, 2 * errands.length);
});

Deno.test("who cannot renew its leases ends what it drives, and goes on when it can", async () => {
  await using bed = new SharingTestBed();
  const { slices } = bed.begin();
  await bed.untilShared(1);
  let aborted = 0;
  bed.messenger = ({ request: { signal } }) => hanging(signal, () => void aborted++);
  const few = errands.slice(0, 4);
  for (const errandId of few) await bed.append("ErrandGiven", errandId);
  await eventually("all to be begun", () => bed.sendings().size === few.length);
  slices.isSilent = true;
  await bed.seconds(4);
  await eventually("what was under way to end", () => aborted === few.length);
  const sent = bed.requests.length;
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  await bed.append("ErrandGiven", "late");
  await bed.seconds(10);
  assert.equal(bed.requests.length, sent);
  slices.isSilent = false;
  await eventually("all to end", async () => {
    await bed.clock.advance(500);
    return await isDone(bed, "late");
  });
  for (const errandId of few) {
    await eventually(`the end of ${errandId}`, () => isDone(bed, errandId));
  }
});

Deno.test("times are told by who drives the instance, once", async () => {
  await using bed = new SharingTestBed();
  bed.begin({ process: waitingProcess });
  bed.begin({ process: waitingProcess });
  await bed.untilShared(2);
  for (const errandId of errands) await bed.append("ErrandGiven", errandId);
  await eventually("all to be on record", () => bed.records.instances.size === errands.length);
  assert.ok(new Set(errands.map(sliceOf)).size > 8, "both have some");
  await bed.clock.advance(remindMs + 1_000);
  for (const errandId of errands) {
    await eventually(`${errandId} to be reminded`, async () => {
      await bed.clock.advance(100);
      const types = (await bed.events(errandId, waitingProcess.name)).map(({ type }) => type);
      return types.filter((type) => type === "Reminded").length === 1;
    });
  }
});

Deno.test("what another process has told an instance is known to who takes it over", async () => {
  await using bed = new SharingTestBed();
  const told = bed.begin({ process: waitingProcess });
  await bed.untilShared(1);
  const heir = bed.begin({ process: waitingProcess });
  await bed.untilShared(2);
  // Of the half that it keeps
  const errandId = errands.find((each) => sliceOf(each) < sliceCount / 2)!;
  bed.messenger = ({ request: { signal } }) => hanging(signal);
  // Both hear it
  await bed.append("ErrandGiven", errandId);
  await eventually("its being on record", () => bed.records.instances.has(errandId));
  await bed.clock.advance(remindMs + 1_000);
  await eventually("its being reminded", async () => {
    await bed.clock.advance(500);
    return bed.requests.length > 0;
  });
  assert.equal(new Set(bed.store.owners().values()).size, 2);
  told.slices.isSilent = true;
  told.slices.leave = () => Promise.resolve();
  await told[Symbol.asyncDispose]();
  const sent = bed.requests.length;
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  await eventually("the end of it", async () => {
    await bed.clock.advance(500);
    return (await bed.events(errandId, waitingProcess.name)).at(-1)?.type === "Reported";
  });
  assert.ok(bed.requests.length > sent);
  assert.equal(bed.sendings().size, 1);
  await heir[Symbol.asyncDispose]();
});

Deno.test("what another process may have sent is not said to have surely failed", async () => {
  await using bed = new SharingTestBed();
  const limits = { attempts: 2 };
  const process = limitedErrand({ limits });
  const gone = bed.begin({ process });
  await bed.untilShared(1);
  bed.begin({ process });
  await bed.untilShared(2);
  // Of the half that it keeps
  const errandId = errands.find((each) => sliceOf(each) < sliceCount / 2)!;
  bed.messenger = ({ request: { signal } }) => hanging(signal);
  await bed.append("ErrandGiven", errandId);
  await eventually("its being sent", () => bed.requests.length === 1);
  gone.slices.isSilent = true;
  gone.slices.leave = () => Promise.resolve();
  await gone[Symbol.asyncDispose]();
  bed.messenger = away;
  const outcome = async () => {
    const last = (await bed.events(errandId)).at(-1);
    return last?.type === "Ended" ? (last.data as { outcome: string }).outcome : undefined;
  };
  await eventually("its outcome", async () => {
    await bed.clock.advance(500);
    return await outcome() !== undefined;
  });
  assert.equal(await outcome(), "unknown");
});

Deno.test("what a process leaves to do with an instance of another one is done soon, also when it is gone", async () => {
  await using bed = new SharingTestBed();
  bed.begin({ process: waitingProcess });
  await bed.untilShared(1);
  bed.begin({ process: waitingProcess });
  await bed.untilShared(2);
  const few = errands.slice(0, 4);
  for (const errandId of few) await bed.append("ErrandGiven", errandId);
  await eventually("all to be on record", () => bed.records.instances.size === few.length);
  // A third, which is late, and tells them what it has still to tell
  const late = new ProcessInbox(waitingProcess, { log: bed.replacing({}), random: () => 0.5 });
  const at = new Date(remindMs).toISOString();
  for (const errandId of few) {
    await late.notice(errandId, { type: "TimerFired", timer: "remind", dueAt: at, at });
  }
  const instances = await late.standing(few);
  await bed.records.save({ from: undefined, to: undefined, instances });
  assert.equal(bed.requests.length, 0);
  await bed.seconds(12);
  for (const errandId of few) {
    await eventually(`the end of ${errandId}`, async () => {
      return (await bed.events(errandId, waitingProcess.name)).at(-1)?.type === "Reported";
    });
  }
  assert.ok(bed.clock.now() < remindMs, "no time has come meanwhile");
});
