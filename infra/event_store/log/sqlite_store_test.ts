import assert from "node:assert/strict";
import { machine } from "@headwater/core";
import { openEventLog } from "./open_event_log.ts";
import { newEvents } from "../testing/new_events_test_bed.ts";
import { readEverything } from "../testing/sqlite_test_bed.ts";

const megabyte = 1024 * 1024;

Deno.test("what a log keeps in memory is counted in the budget of its process, until it is closed", async () => {
  const cacheBudget = machine.cacheBudget(1_000 * megabyte);
  const held = () => cacheBudget.usage().heldBytes.eventLogBytes ?? 0;
  {
    await using log = openEventLog({ path: ":memory:", cacheBudget });
    const empty = held();
    assert.ok(empty > 30 * megabyte && empty < 33 * megabyte, `SQLite's own: ${empty}`);

    const { signal, abort } = reader();
    const following = log.subscribe({ signal })[Symbol.asyncIterator]();
    await following.next();
    await log.append("order-1", newEvents(2_000), { expected: "no-stream" });
    const written = held() - empty;
    assert.ok(written > 2_000 * 200, `${written} bytes for 2,000 events`);

    for (let read = 0; read < 2_000;) read += (await following.next()).value!.events.length;
    assert.ok(held() - empty > 1.1 * written, "what is read is parsed once, and kept so");

    for (let index = 0; index < 8; index++) {
      await log.append(`order-${index + 2}`, newEvents(4_000), { expected: "no-stream" });
    }
    assert.ok(held() - empty < 40 * megabyte, `${held() - empty} bytes, however much is written`);
    assert.equal((await readEverything(log)).length, 34_000);
    abort();
    await following.return!();
  }
  assert.equal(held(), 0);
});

Deno.test("a small budget leaves SQLite less for its pages", async () => {
  const cacheBudget = machine.cacheBudget(8 * megabyte);
  await using _log = openEventLog({ path: ":memory:", cacheBudget });
  assert.ok(cacheBudget.usage().bytes < 2 * megabyte);
});

function reader(): { readonly signal: AbortSignal; abort(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
