import assert from "node:assert/strict";
import { stuckWarning } from "./stuck_warning.ts";

Deno.test("health names who has been stuck for the longest, where, why, and how many there are", async () => {
  const first = { id: "order-1", step: "refund-payment", cause: "refund-held: by the bank" };
  const said = (count: number) => stuckWarning({ stuck: () => Promise.resolve({ count, first }) });
  assert.equal(
    await said(1),
    'Stuck: "order-1" at refund-payment: refund-held: by the bank (sagas list --state stuck)',
  );
  assert.match(await said(3) ?? "", /by the bank, and 2 more \(/);
  const none = { stuck: () => Promise.resolve({ count: 0, first: undefined }) };
  assert.equal(await stuckWarning(none), undefined);
});
