import { type EventLog, eventLog, silentLog } from "@headwater/core";
import { appendAtEnd, eventually, newEvent, within } from "@headwater/testing";
import assert from "node:assert/strict";
import { startStory } from "./story_lines.ts";

Deno.test("what is appended is told from the start on, also over a log that is away for a while", async () => {
  await using log = eventLog.memoryLog();
  const happened = (type: string) => appendAtEnd(log, "door-1", [{ ...newEvent(), type }]);
  await happened("DoorMade");
  const told: string[] = [];
  const saidAll = Promise.withResolvers<void>();
  await using story = startStory(awayAtFirst(log), {
    story: ({ type }) => type === "DoorPainted" ? undefined : type,
    print(line) {
      told.push(line);
      if (line.endsWith("DoorShut")) saidAll.resolve();
    },
    logger: silentLog,
  });
  // While services start
  await happened("DoorOpened");
  await happened("DoorPainted");
  assert.equal(told.length, 0);
  story.begin();
  await happened("DoorShut");
  await within("the last line", saidAll.promise);
  assert.deepEqual(told.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, "")), [
    "DoorOpened",
    "DoorShut",
  ]);
});

Deno.test("of another log it tells what happens there from now on", async () => {
  await using log = eventLog.memoryLog();
  await using other = eventLog.memoryLog();
  let current = log;
  const cut = Promise.withResolvers<void>();
  const told: string[] = [];
  const followed = Promise.withResolvers<void>();
  async function happened(type: string): Promise<void> {
    await appendAtEnd(current, "door-1", [{ ...newEvent(), type }]);
  }
  await using story = startStory({
    ...awayAtFirst(log),
    head: () => current.head(),
    async *subscribe(options) {
      const isOther = current === other;
      for await (const batch of current.subscribe(options)) {
        yield batch;
        if (isOther) followed.resolve();
        else if (batch.events.length > 0) return await cut.promise;
      }
    },
  }, { story: ({ type }) => type, print: (line) => void told.push(line), logger: silentLog });
  story.begin();
  await happened("DoorMade");
  await eventually("the first line", () => told.length === 1);
  current = other;
  cut.resolve();
  await within("the other log to be followed", followed.promise);
  await happened("DoorOpened");
  await eventually("the second line", () => told.length === 2);
  assert.match(told[1] ?? "", /DoorOpened$/);
});

/** Whoever subscribes for the first time is told that it is not there. */
function awayAtFirst(log: EventLog): EventLog {
  let isAway = true;
  return {
    append: (...args) => log.append(...args),
    read: (...args) => log.read(...args),
    readAll: (...args) => log.readAll(...args),
    head: () => log.head(),
    identity: () => log.identity(),
    async *subscribe(options) {
      if (isAway) {
        isAway = false;
        throw new Error("Cannot read the log: it is away");
      }
      yield* log.subscribe(options);
    },
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}
