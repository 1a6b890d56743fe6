import { type EventLog, eventLog, silentLog } from "@headwater/core";
import { appendAtEnd, newEvent, within } from "@headwater/testing";
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
