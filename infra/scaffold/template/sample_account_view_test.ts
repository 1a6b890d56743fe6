import { rowsAfter } from "@headwater/testing";
import assert from "node:assert/strict";
import type { SampleAccountEvent } from "./contract.ts";
import { sampleAccountEventExamples as event } from "./examples.ts";
import { sampleAccountView } from "./sample_account_view.ts";

function rowAfter(...events: SampleAccountEvent[]) {
  return rowsAfter(sampleAccountView, ...events).get("sample-account-1");
}

Deno.test("a sample account that was opened has a row", () => {
  assert.deepEqual(rowAfter(event.SampleAccountOpened), {
    sampleAccountId: "sample-account-1",
    title: "The first",
    status: "open",
    entries: 0,
    balance: 0,
    openedAt: "2026-01-01T00:00:00.000Z",
    openedPosition: 1,
  });
});

Deno.test("the row of a sample account counts its entries, and says when it is closed", () => {
  const more: SampleAccountEvent = {
    type: "SampleAccountEntryAdded",
    data: { ...event.SampleAccountEntryAdded.data, entryId: "entry-2", amount: -2 },
  };
  const history = [event.SampleAccountOpened, event.SampleAccountEntryAdded, more];
  const filled = rowAfter(...history);
  assert.deepEqual([filled?.entries, filled?.balance, filled?.status], [2, 3, "open"]);
  assert.equal(rowAfter(...history, event.SampleAccountClosed)?.status, "closed");
});

Deno.test("events of a sample account that was never opened make no row", () => {
  assert.equal(rowAfter(event.SampleAccountEntryAdded), undefined);
  assert.equal(rowAfter(event.SampleAccountClosed), undefined);
});
