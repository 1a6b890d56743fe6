import { type EventLog, type Recorded, silentLog } from "@headwater/core";
import { recordedExample } from "@headwater/testing";
import assert from "node:assert/strict";
import { startStory } from "./story_lines.ts";

function happened(type: string, position: number): Recorded {
  return recordedExample({ type, data: {} }, { stream: "door-1", revision: position, position });
}

/** A log that ends after event 1 at first, is away at the first try, and shows what its test appends. */
function growingLog() {
  const events = [happened("DoorMade", 1)];
  const asked: (number | undefined)[] = [];
  let grown = Promise.withResolvers<void>();
  let isAway = true;
  const log: Pick<EventLog, "head" | "subscribe"> = {
    head: () => Promise.resolve(events.at(-1)?.position),
    async *subscribe({ after = 0, signal }) {
      asked.push(after);
      if (isAway) {
        isAway = false;
        throw new Error("Cannot read: the log is away");
      }
      signal.addEventListener("abort", () => grown.resolve(), { once: true });
      for (let from = after; !signal.aborted;) {
        const more = events.filter(({ position }) => position > from);
        from = events.at(-1)?.position ?? from;
        if (more.length > 0) yield { events: more, position: from, caughtUp: true };
        await grown.promise;
        if (!signal.aborted) grown = Promise.withResolvers();
      }
    },
  };
  return {
    log: log as EventLog,
    asked,
    append(event: Recorded) {
      events.push(event);
      grown.resolve();
    },
  };
}

Deno.test("what is appended is told from the start on, also over a log that is away for a while", async () => {
  const { log, asked, append } = growingLog();
  const told: string[] = [];
  const saidAll = Promise.withResolvers<void>();
  await using story = startStory(log, {
    story: ({ type }) => type === "DoorPainted" ? undefined : type,
    print(line) {
      told.push(line);
      if (line.endsWith("DoorShut")) saidAll.resolve();
    },
    logger: silentLog,
  });
  // While services start
  await Promise.resolve();
  append(happened("DoorOpened", 2));
  append(happened("DoorPainted", 3));
  assert.equal(told.length, 0);
  story.begin();
  append(happened("DoorShut", 4));
  await saidAll.promise;
  assert.deepEqual(told.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, "")), [
    "DoorOpened",
    "DoorShut",
  ]);
  assert.deepEqual(asked, [1, 1]);
});
