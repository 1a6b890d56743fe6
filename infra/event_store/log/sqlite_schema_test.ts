import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { eventLog, type Recorded } from "@headwater/core";
import { newEvents } from "../testing/new_events_test_bed.ts";
import { withFile } from "../testing/sqlite_test_bed.ts";
import { openEventLog } from "./open_event_log.ts";

async function identityIn(path: string): Promise<string> {
  await using log = openEventLog({ path });
  return await log.identity();
}

/** Appends so many events, each to a stream of its own, and says what a reader goes on after. */
async function appendTo(path: string, count: number): Promise<eventLog.LogMark> {
  await using log = openEventLog({ path });
  for (const event of newEvents(count)) {
    await log.append(`order-${event.id}`, [event], { expected: "no-stream" });
  }
  for await (const { mark } of log.subscribe({ after: (await log.head())!, signal })) return mark!;
  throw new Error("Cannot read the log");
}

async function follow(path: string, after: eventLog.LogMark): Promise<readonly Recorded[]> {
  await using log = openEventLog({ path });
  for await (const { events } of log.subscribe({ after, signal })) return events;
  return [];
}

const { signal } = new AbortController();

Deno.test("a file keeps its identity, a copy has the same, and another file another", () =>
  withFile(async (path) => {
    const identity = await identityIn(path);
    assert.equal(await identityIn(path), identity);
    await Deno.copyFile(path, `${path}.copy`);
    assert.equal(await identityIn(`${path}.copy`), identity);
    assert.notEqual(await identityIn(`${path}.other`), identity);
  }));

Deno.test("the identity takes no position, and changes nothing in a log that had none", () =>
  withFile(async (path) => {
    const mark = await appendTo(path, 3);
    assert.equal(mark.position, 3);
    const database = new DatabaseSync(path);
    database.exec("delete from events where position = 0");
    database.close();

    await using log = openEventLog({ path });
    assert.notEqual(await log.identity(), mark.log);
    assert.equal(await log.head(), 3);
    const [events] = await Array.fromAsync(log.readAll());
    assert.deepEqual(events?.map(({ position }) => position), [1, 2, 3]);
  }));

Deno.test("an older copy that was put back is told from the log that was read, however long it grows", () =>
  withFile(async (path) => {
    const before = await appendTo(path, 43);
    await Deno.copyFile(path, `${path}.copy`);
    const mark = await appendTo(path, 70);
    assert.deepEqual([before.position, mark.position], [43, 113]);
    assert.equal((await follow(path, before)).length, 70);

    await Deno.rename(`${path}.copy`, path);
    await assert.rejects(follow(path, mark), /this event log has no event there/);
    await appendTo(path, 100);
    await assert.rejects(follow(path, mark), eventLog.ForeignPosition);
    assert.equal((await follow(path, before)).length, 100);
  }));
