import { eventLog, type Log, silentLog } from "@headwater/core";
import { calls } from "@headwater/resilience";
import { appendAtEnd, eventually, newEvent, within } from "@headwater/testing";
import assert from "node:assert/strict";
import { followIsolation, lastingCalls } from "./lasting_isolation.ts";
import { ownCalls } from "./operated_calls.ts";

const { signal } = new AbortController();
const since = "2026-11-28T06:00:00.000Z";
const byAda = { by: "ada", reason: "it charges twice", since };

/** What an operator sees in a process: who isolated what, and why. */
function isolations(book: calls.CallBook): readonly string[] {
  return book.list().map(({ target, isolation }) =>
    `${target} ${isolation?.by} ${isolation?.since}`
  );
}

function gatewayOn(log: eventLog.MemoryLog) {
  return lastingCalls(ownCalls(calls.callBook("gateway"), () => []), log);
}

Deno.test("what is isolated stays so in whatever process starts, until it is released", async () => {
  const log = eventLog.memoryLog();
  const { isolate } = gatewayOn(log);
  await isolate("payment", { isolation: byAda, by: "ada", signal });
  await isolate("shipping", { isolation: { ...byAda, by: "bob" }, by: "bob", signal });
  await isolate("shipping", { isolation: undefined, by: "ada", signal });
  const book = calls.callBook("order");
  await using _following = await followIsolation(log, { book, logger: silentLog });
  assert.deepEqual(isolations(book), [`payment ada ${since}`]);
});

Deno.test("every process that hears the log holds to it, whoever could tell it", async () => {
  const log = eventLog.memoryLog();
  const book = calls.callBook("order");
  await using _following = await followIsolation(log, { book, logger: silentLog });
  const { isolate } = gatewayOn(log);
  await isolate("payment", { isolation: byAda, by: "ada", signal });
  await eventually("it to hear of the isolation", () => isolations(book).length === 1);
  await isolate("payment", { isolation: undefined, by: "ada", signal });
  await eventually("it to hear of the release", () => isolations(book).length === 0);
});

Deno.test("an event that nobody can read keeps nobody from isolating, nor from hearing of it, and is told", async () => {
  const log = eventLog.memoryLog();
  await appendAtEnd(log, "isolation-all", [{ ...newEvent(), type: "TargetIsolated" }]);
  await gatewayOn(log).isolate("payment", { isolation: byAda, by: "ada", signal });
  const book = calls.callBook("order");
  const told: unknown[] = [];
  const logger: Log = { ...silentLog, error: (_message, fields) => told.push(fields) };
  await using _following = await followIsolation(log, { book, logger });
  assert.deepEqual(isolations(book), [`payment ada ${since}`]);
  assert.deepEqual(told, [{ stream: "isolation-all", revision: 0, type: "TargetIsolated" }]);
});

Deno.test("of two operators at once none is forgotten, and the same again changes nothing", async () => {
  const log = eventLog.memoryLog();
  const targets = ["order", "payment", "shipping", "catalog"];
  const { isolate } = gatewayOn(log);
  await Promise.all(
    [...targets, ...targets].map((target) =>
      isolate(target, { isolation: byAda, by: "ada", signal })
    ),
  );
  const events = (await Array.fromAsync(log.readAll())).flat();
  assert.deepEqual(events.length, targets.length);
  const book = calls.callBook("timeline");
  await using _following = await followIsolation(log, { book, logger: silentLog });
  assert.deepEqual(new Set(book.list().map(({ target }) => target)), new Set(targets));
});

Deno.test("a log that hangs keeps no process from starting, nor from ending", async () => {
  const { read, subscribe } = eventLog.memoryLog();
  const following = await followIsolation(
    { head: () => new Promise(() => {}), read, subscribe },
    { book: calls.callBook("order"), logger: silentLog, patienceMs: 1 },
  );
  await within("the end", following[Symbol.asyncDispose]());
});

Deno.test("a log that is away keeps no process from starting, and is heard when it is back", async () => {
  const log = eventLog.memoryLog();
  let isAway = true;
  const book = calls.callBook("order");
  await using _following = await followIsolation({
    head: () => isAway ? Promise.reject(new Error("away")) : log.head(),
    read: log.read.bind(log),
    subscribe: log.subscribe.bind(log),
  }, { book, logger: silentLog, patienceMs: 1 });
  assert.deepEqual(book.list(), []);
  await gatewayOn(log).isolate("payment", { isolation: byAda, by: "ada", signal });
  isAway = false;
  await eventually("it to hear of the isolation", () => isolations(book).length === 1);
});
