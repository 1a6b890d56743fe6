import { eventLog } from "@headwater/core";
import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryRecords, ProcessTestBed } from "./testing/process_test_bed.ts";

/** More inputs than are heard again. */
const errands = Array.from({ length: 1_500 }, (_, number) => `errand${number}`);

/** A bed in which one errand cannot be run, and very many were run after it; nobody works in it any more. */
async function longHistory(): Promise<ProcessTestBed> {
  const bed = new ProcessTestBed();
  const runtime = bed.start();
  bed.messenger = ({ type, errandId }) =>
    errandId === "moon"
      ? Response.json({ code: "errand-impossible", detail: "too far" }, { status: 409 })
      : bed.does(type, errandId);
  await bed.append("ErrandGiven", "moon");
  await eventually("the errand that is stuck", () => bed.clock.pending() === 1);
  await Promise.all(errands.map((errandId) => bed.append("ErrandGiven", errandId)));
  await eventually("all others", async () => {
    const reported = await Array.fromAsync(bed.log.readAll({ categories: ["running"] }));
    return reported.flat().length === 1 + 3 * errands.length;
  });
  await runtime[Symbol.asyncDispose]();
  bed.requests.length = 0;
  return bed;
}

Deno.test("without its records a process goes on where the log shows that it was, and finds what it has not finished", async () => {
  await using bed = await longHistory();
  const records = memoryRecords();
  const asked: (number | undefined)[] = [];
  const head = await bed.log.head();
  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  bed.start({
    records,
    log: bed.replacing({
      subscribe(options) {
        asked.push(eventLog.positionOf(options.after));
        return bed.log.subscribe(options);
      },
    }),
  });
  await bed.append("ErrandGiven", "milk");
  await eventually("both errands", async () => {
    const all = await Promise.all(["milk", "moon"].map((errandId) => bed.progress(errandId)));
    return all.every(({ length }) => length === 3);
  });
  assert.equal(asked.length, 1);
  assert.ok(asked[0]! > 0 && asked[0]! < head! - 2_000, `it goes on after ${asked[0]} of ${head}`);
  assert.equal(bed.requests.length, 4, "nothing is done again");
  await eventually("the records", () => records.heard?.position === undefined ? false : true);
  await eventually("an empty list", () => records.instances.size === 0);
});

Deno.test("until all that is unfinished was found, no position is on record: whenever it is killed, it is found", async () => {
  await using bed = await longHistory();
  const records = memoryRecords();
  const { promise: searched, resolve: search } = Promise.withResolvers<void>();
  const killed = bed.start({
    records,
    log: bed.replacing({
      readAll: (options) =>
        options?.direction === "backwards" ? bed.log.readAll(options) : stuck(search, options),
    }),
  });
  await bed.append("ErrandGiven", "milk");
  await searched;
  await eventually("the new errand", async () => (await bed.progress("milk")).length === 3);
  assert.equal(records.heard?.position, undefined);
  await killed[Symbol.asyncDispose]();
  assert.equal(records.heard?.position, undefined);

  bed.messenger = ({ type, errandId }) => bed.does(type, errandId);
  bed.start({ records });
  await eventually("the old errand", async () => (await bed.progress("moon")).length === 3);
  await eventually("a position", () => records.heard?.position !== undefined);
});

Deno.test("told to hear the whole log again it does, whatever the log shows, and whenever it is killed", async () => {
  await using bed = await longHistory();
  const records = memoryRecords();
  records.rehear();
  const asked: (number | undefined)[] = [];
  const log = bed.replacing({
    subscribe(options) {
      asked.push(eventLog.positionOf(options.after));
      return bed.log.subscribe(options);
    },
  });
  const killed = bed.start({ records, log });
  await eventually("a position", () => records.heard!.position > 0);
  await killed[Symbol.asyncDispose]();
  const { position } = records.heard!;
  bed.start({ records, log });
  await eventually("another start", () => asked.length === 2);
  assert.deepEqual(asked, [undefined, position]);
});

Deno.test("what is finished while it is being found is not left on record", async () => {
  await using bed = await longHistory();
  const records = memoryRecords();
  const saved: string[] = [];
  bed.start({
    records: {
      ...records,
      async save(heard) {
        const isFound = heard.to === undefined && heard.instances.has("moon");
        if (isFound && saved.length === 0) {
          saved.push("moon");
          await bed.append("ErrandRun", "moon");
          await bed.append("ErrandReported", "moon");
          await eventually("its end", async () => (await bed.progress("moon")).length === 3);
        }
        return await records.save(heard);
      },
    },
  });
  await eventually("a position", () => records.heard?.position !== undefined);
  assert.deepEqual([saved, [...records.instances.keys()]], [["moon"], []]);
});

/** Pages that never come, for whoever must not get on. */
async function* stuck(
  begun: () => void,
  { signal }: eventLog.ReadAllOptions = {},
): AsyncGenerator<never, void, undefined> {
  begun();
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  yield await promise;
}
