import type { EventOf } from "@headwater/core";
import { arbitraryOf, rowsAfter } from "@headwater/testing";
import fc from "fast-check";
import assert from "node:assert/strict";
import { sampleAccountEvents } from "./contract.ts";
import { sampleTableView } from "./sample_table_view.ts";

/** Any event that may happen to a sample account. */
const anyEvent = fc.oneof(
  ...sampleAccountEvents.types.map((type) =>
    arbitraryOf(sampleAccountEvents.schemaOf(type)).map((data) => ({ type, data }))
  ),
) as fc.Arbitrary<EventOf<typeof sampleAccountEvents>>;

Deno.test("a sample account has one row, which counts its events and shows the last", () => {
  fc.assert(fc.property(fc.array(anyEvent, { minLength: 1 }), (history) => {
    const rows = rowsAfter(sampleTableView, ...history);
    assert.deepEqual([...rows.values()], [{
      stream: "example-1",
      events: history.length,
      lastType: history.at(-1)?.type,
      lastAt: "2026-01-01T00:00:00.000Z",
      firstPosition: 1,
    }]);
  }));
});

Deno.test("without an event there is no row", () => {
  assert.equal(rowsAfter(sampleTableView).size, 0);
});
