import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { type EventLog, Unavailable } from "@headwater/core";
import { newEvents } from "../testing/new_events_test_bed.ts";
import { readEverything, slowDisk, withFile } from "../testing/sqlite_test_bed.ts";
import { openEventLog } from "./open_event_log.ts";

/** A disk that takes as long for each commit as it is told to, and for a thread until `end` is called. */
function toldDisk() {
  let now = 0;
  let isBegun = false;
  let waiting: PromiseWithResolvers<void> | undefined;
  const told = {
    commitMs: 0,
    /** What a thread waits for is over, as soon as one waits. */
    async end(failure?: Error): Promise<void> {
      while (!waiting) await setImmediate();
      const { resolve, reject } = waiting;
      waiting = undefined;
      if (failure) reject(failure);
      else resolve();
    },
    disk: {
      // Asked before and after
      now() {
        if (isBegun) now += told.commitMs;
        isBegun = !isBegun;
        return now;
      },
      sync: () => (waiting = Promise.withResolvers()).promise,
    },
  };
  return told;
}

/** A log whose disk a thread waits for. */
async function openAway(path: string) {
  const told = toldDisk();
  const log = openEventLog({ path, disk: told.disk });
  told.commitMs = 2;
  for (let index = 0; index < 3; index++) await append(log, `before-${index}`);
  return { told, log };
}

function append(log: EventLog, stream: string) {
  return log.append(stream, newEvents(1), { expected: "no-stream" });
}

async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  promise.finally(() => isSettled = true);
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  return !isSettled;
}

Deno.test("three slow commits in a row, and a thread waits for the disk until that has been quick for long", () =>
  withFile(async (path) => {
    const told = toldDisk();
    await using log = openEventLog({ path, disk: told.disk });
    for (const [index, ms] of [0, 2, 2, 0, 2, 2, 2].entries()) {
      told.commitMs = ms;
      await append(log, `order-${index}`);
    }
    told.commitMs = 0;
    for (let index = 0; index < 200; index++) {
      const appended = append(log, `again-${index}`);
      assert.ok(index > 0 || await isPending(appended));
      await told.end();
      await appended;
    }
    await append(log, "on-the-loop");
  }));

Deno.test("what the disk may not have yet nobody reads, nobody is told of and nothing is built upon", () =>
  withFile(async (path) => {
    const { told, log: opened } = await openAway(path);
    await using log = opened;
    const { signal, abort } = stopped();
    const followed = log.subscribe({ after: await log.head(), signal })[Symbol.asyncIterator]();
    await followed.next();

    const first = append(log, "order-1");
    const told1 = followed.next();
    for (const each of [first, told1]) assert.ok(await isPending(each));
    const read = Array.fromAsync(log.read("order-1"));
    assert.ok(await isPending(read));
    const second = log.append("order-1", newEvents(1), { expected: 0 });
    assert.ok(await isPending(second));
    assert.equal(await log.head(), 3);

    await told.end();
    assert.equal((await first).position, 4);
    assert.equal((await told1).value!.events.length, 1);
    assert.equal((await read).flat().length, 1);
    assert.ok(await isPending(second));
    await told.end();
    assert.equal((await second).position, 5);
    abort();
    await followed.return!();
  }));

Deno.test("a disk that fails while a thread waits for it refuses what it may not have, and all that comes after", () =>
  withFile(async (path) => {
    const { told, log: opened } = await openAway(path);
    await using log = opened;
    const appended = append(log, "order-1");
    const later = append(log, "order-2");
    const refusals = Promise.allSettled([appended, later]);
    await told.end(new Error("EIO"));
    for (const { status, ...settled } of await refusals) {
      assert.equal(status, "rejected");
      assert.ok((settled as PromiseRejectedResult).reason instanceof Unavailable);
    }
    await assert.rejects(append(log, "order-3"), /the disk failed; restart to recover/);
    assert.equal(await log.head(), 3);
  }));

Deno.test("what was written while a thread waited for the disk is there when the log is opened again", () =>
  withFile(async (path) => {
    {
      await using log = openEventLog({ path, disk: slowDisk() });
      for (let index = 0; index < 50; index++) await append(log, `order-${index}`);
    }
    await using log = openEventLog({ path });
    assert.equal((await readEverything(log)).length, 50);
  }));

function stopped() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
