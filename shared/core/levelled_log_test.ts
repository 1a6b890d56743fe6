import assert from "node:assert/strict";
import { levelledLog, type LogEntry, withFields } from "./levelled_log.ts";

Deno.test("what is below the level is not written", () => {
  const entries: LogEntry[] = [];
  const log = levelledLog("warn", (entry) => entries.push(entry));
  log.debug("a");
  log.info("b");
  log.warn("c", { count: 1 });
  log.error("d");
  assert.deepEqual(entries, [
    { level: "warn", message: "c", fields: { count: 1 } },
    { level: "error", message: "d", fields: {} },
  ]);
});

Deno.test("who says something while nobody takes it goes on, and the next entry says how much was lost", () => {
  const taken: (readonly [string, unknown])[] = [];
  let isTaken = false;
  const log = levelledLog("info", ({ message, fields: { linesLost } }) => {
    if (!isTaken) throw new Error("the reader has gone");
    taken.push([message, linesLost]);
  });
  log.info("one");
  log.error("two");
  isTaken = true;
  log.info("three");
  log.info("four");
  assert.deepEqual(taken, [["three", 2], ["four", undefined]]);
});

Deno.test("bound fields are in every entry and can be overruled", () => {
  const entries: LogEntry[] = [];
  const log = levelledLog("info", (entry) => entries.push(entry));
  const bound = withFields(withFields(log, { service: "order" }), { part: "routes" });
  bound.info("x", { part: "view" });
  assert.deepEqual(entries[0]?.fields, { service: "order", part: "view" });
});
