import { deepEqual, equal, rejects } from "node:assert/strict";
import { manualClock } from "@headwater/testing";
import { LaterRecords, RecordsForgotten } from "./later_records.ts";
import type { Standing } from "./standing.ts";

const running = { finished: false };
const finished = { finished: true };

/** What is put on record, each time as a test says. */
function setUp() {
  const clock = manualClock();
  const saved: unknown[] = [];
  const failures: unknown[] = [];
  const answers: (() => Promise<boolean>)[] = [];
  const later = new LaterRecords({
    checkpoint: {
      save(heard, instances) {
        saved.push([heard.position, Object.fromEntries(instances)]);
        return answers.shift()?.() ?? Promise.resolve(true);
      },
      note(instances) {
        saved.push([null, Object.fromEntries(instances)]);
        return Promise.resolve(true);
      },
    },
    failed: (error) => failures.push(error),
    clock,
  });
  function add(position: number, instances: Record<string, Standing>): void {
    later.add({ position, mark: undefined }, new Map(Object.entries(instances)));
  }
  return { clock, saved, failures, answers, later, add };
}

Deno.test("what came within a while is put on record at once: the last of each instance", async () => {
  const { clock, saved, later, add } = setUp();
  add(1, { milk: running });
  add(2, { bread: running });
  add(3, { milk: finished });
  await clock.advance(99);
  deepEqual(saved, []);
  await clock.advance(1);
  deepEqual(saved, [[3, { milk: finished, bread: running }]]);
  add(4, { eggs: running });
  await later.close();
  deepEqual(saved.slice(1), [[4, { eggs: running }]]);
  equal(clock.pending(), 0);
});

Deno.test("what became of instances by themselves is put on record with it, or alone; never what was known earlier", async () => {
  const { saved, later, add } = setUp();
  add(1, { milk: running });
  later.note(new Map([["milk", { finished: true, revision: 5 }]]));
  add(2, { milk: { finished: false, revision: 4 } });
  await later.flush();
  later.note(new Map([["bread", running]]));
  await later.close();
  deepEqual(saved, [[2, { milk: { finished: true, revision: 5 } }], [null, { bread: running }]]);
});

Deno.test("one is written after the other, and who waits for it waits for all", async () => {
  const { clock, saved, answers, later, add } = setUp();
  const first = Promise.withResolvers<boolean>();
  answers.push(() => first.promise);
  add(1, { milk: running });
  const flushed = [later.flush()];
  await clock.advance(0);
  add(2, { milk: finished });
  flushed.push(later.flush());
  await clock.advance(0);
  equal(saved.length, 1);
  first.resolve(true);
  await Promise.all(flushed);
  deepEqual(saved, [[1, { milk: running }], [2, { milk: finished }]]);
  await later.flush();
  equal(saved.length, 2);
});

Deno.test("after a failure nothing more is written, which is told once", async () => {
  const { clock, saved, failures, answers, later, add } = setUp();
  const gone = new Error("gone");
  answers.push(() => Promise.reject(gone));
  add(1, { milk: running });
  await clock.advance(100);
  add(2, { milk: finished });
  await rejects(later.flush(), gone);
  await later.close();
  equal(saved.length, 1);
  deepEqual(failures, [gone]);
});

Deno.test("that it was forgotten meanwhile is a failure of its own", async () => {
  const { failures, answers, later, add } = setUp();
  answers.push(() => Promise.resolve(false));
  add(1, { milk: running });
  await rejects(later.flush(), RecordsForgotten);
  equal(failures.length, 1);
});
