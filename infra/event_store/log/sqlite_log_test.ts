import assert from "node:assert/strict";
import type { EventLog } from "@headwater/core";
import { closedWith, eventLogSuite } from "@headwater/testing";
import { slowDisk } from "../testing/sqlite_test_bed.ts";
import { type EventLogOptions, openEventLog } from "./open_event_log.ts";
import { laterMs } from "./sqlite_subscription.ts";

async function openThrowAwayFile(options: Partial<EventLogOptions> = {}): Promise<EventLog> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-event-log-" });
  const log = openEventLog({ path: `${folder}/events.db`, ...options });
  return closedWith(log, () => Deno.remove(folder, { recursive: true }));
}

eventLogSuite("SQLite in memory", () => Promise.resolve(openEventLog({ path: ":memory:" })), Deno);
eventLogSuite("SQLite in a file", () => openThrowAwayFile(), Deno);
eventLogSuite("SQLite on a slow disk", () => openThrowAwayFile({ disk: slowDisk() }), Deno);

Deno.test("a reader is woken for what it wants, and told now and then of all else", async () => {
  await using log = openEventLog({ path: ":memory:" });
  const { signal } = new AbortController();
  const batches = log.subscribe({ categories: ["wanted"], signal })[Symbol.asyncIterator]();
  await batches.next();
  const begunAt = performance.now();
  const received = (async () => {
    for (let count = 0;; count++) {
      const { value } = await batches.next();
      if (value!.events.length > 0) return { count, value };
    }
  })();
  const event = { type: "Happened", data: {}, metadata: metadata() };
  for (let expected = -1; expected < 499; expected++) {
    await log.append("other-1", [{ ...event, id: crypto.randomUUID() }], {
      expected: expected === -1 ? "no-stream" : expected,
    });
  }
  const last = await log.append("wanted-1", [{ ...event, id: crypto.randomUUID() }], {
    expected: "no-stream",
  });
  const { count, value } = await received;
  assert.equal(value!.position, last.position);
  assert.ok(count <= 1 + (performance.now() - begunAt) / laterMs, `${count} batches for nothing`);
  await batches.return?.();
});

function metadata() {
  return {
    $correlationId: "1",
    $causationId: "1",
    commandId: "1",
    commandHash: "",
    schemaVersion: 1,
  };
}
