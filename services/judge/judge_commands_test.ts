import assert from "node:assert/strict";
import {
  doubled,
  evidenceOf,
  exampleEntries,
  recorded,
  without,
} from "./testing/example_history.ts";
import { judgeCommands } from "./judge_commands.ts";
import type { Acknowledged } from "./shop_client.ts";

const placement = acknowledged("place-ada", { stream: "order-ada", event: "OrderPlaced" });
const receipt = acknowledged("tea", { stream: "stockItem-TEA", event: "StockReceived" });
const dispatch = acknowledged("dispatch-ada", {
  stream: "shipment-ada",
  event: "ShipmentDispatched",
});

Deno.test("commands whose events are in the log once are fine", () => {
  const evidence = evidenceOf(exampleEntries, { acknowledged: [placement, receipt, dispatch] });
  assert.deepEqual(judgeCommands(evidence), {
    name: "every acknowledged command is in the log, once",
    holds: true,
    detail: `3 commands, ${exampleEntries.length} events`,
  });
});

Deno.test("a wish that had been fulfilled already is fine", () => {
  const evidence = evidenceOf(exampleEntries, { acknowledged: [{ ...dispatch, key: "again" }] });
  assert.equal(judgeCommands(evidence).holds, true);
});

Deno.test("a lost event is noticed", () => {
  const entries = without(exampleEntries, { type: "OrderPlaced", orderId: "ada" });
  expectObjection(
    evidenceOf(entries, { acknowledged: [placement] }),
    /OrderPlaced.*not at revision/,
  );
});

Deno.test("an event with another place than was acknowledged is noticed", () => {
  const elsewhere = { ...placement, position: placement.position + 1 };
  expectObjection(evidenceOf(exampleEntries, { acknowledged: [elsewhere] }), /not at revision/);
});

Deno.test("a command that happened twice is noticed", () => {
  const entries = doubled(exampleEntries, { type: "OrderPlaced", orderId: "ada" });
  expectObjection(evidenceOf(entries, { acknowledged: [placement] }), /happened 2 times/);
});

Deno.test("goods that were acknowledged and not received are noticed", () => {
  const evidence = evidenceOf(exampleEntries, { acknowledged: [{ ...receipt, key: "other" }] });
  expectObjection(evidence, /StockReceived of "stockItem-TEA" is missing/);
});

Deno.test("a gap in a stream and an event that is there twice are noticed", () => {
  const events = recorded(exampleEntries);
  const gap = events.filter(({ id }) => id !== events[2]?.id);
  expectObjection({ ...evidenceOf([]), events: gap }, /"order-ada" has no revision 0/);
  const same = events.map((event) => ({ ...event, id: "same" }));
  expectObjection({ ...evidenceOf([]), events: same }, /"stockItem-TEA" has the same event twice/);
});

function expectObjection(evidence: Parameters<typeof judgeCommands>[0], objection: RegExp): void {
  const { holds, detail } = judgeCommands(evidence);
  assert.match(detail, objection);
  assert.equal(holds, false);
}

function acknowledged(
  key: string,
  { stream, event }: { readonly stream: string; readonly event: string },
): Acknowledged {
  const found = recorded(exampleEntries).find(({ type, metadata }) =>
    type === event && metadata.$correlationId === key
  );
  assert.ok(found);
  return { key, stream, event, revision: found.revision, position: found.position };
}
