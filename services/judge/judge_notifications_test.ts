import assert from "node:assert/strict";
import type { Answers } from "./evidence.ts";
import {
  doubled,
  type Entry,
  evidenceOf,
  exampleEntries,
  without,
} from "./testing/example_history.ts";
import { judgeNotifications } from "./judge_notifications.ts";

const shown = [
  { orderId: "ada", kind: "order-confirmed" },
  { orderId: "ben", kind: "order-cancelled" },
];

Deno.test("customers who were told once are fine", () => {
  const evidence = evidenceOf(exampleEntries, { answers: answering(shown) });
  assert.deepEqual(judgeNotifications(evidence), {
    name: "every customer was told, once",
    holds: true,
    detail: "2 notifications",
  });
});

Deno.test("a notification sent twice is noticed", () => {
  const entries = doubled(exampleEntries, { type: "NotificationSent", orderId: "ada" });
  expectObjection(entries, /"order-confirmed" of order "ada" was sent more than once/);
});

Deno.test("a customer who was never told is noticed, unless the saga is stuck", () => {
  const entries = without(exampleEntries, { type: "NotificationSent", orderId: "ben" });
  expectObjection(entries, /"order-cancelled" of order "ben" was never sent/);
  const stuck = evidenceOf(entries, { stuck: new Set(["ben"]) });
  assert.equal(judgeNotifications(stuck).holds, true);
});

Deno.test("a customer who was told something else is noticed", () => {
  const entries = exampleEntries.map((entry) =>
    entry.type === "NotificationSent"
      ? { ...entry, data: { ...entry.data, kind: "order-confirmed" } }
      : entry
  );
  expectObjection(entries, /"order-cancelled" of order "ben" was never sent/);
});

Deno.test("a list that shows other notifications is noticed", () => {
  const other = answering([shown[0]!, shown[0]!]);
  expectObjection(exampleEntries, /2 were sent and 2 others shown/, other);
});

function answering(notifications: Answers["notifications"]): Answers {
  return { items: new Map(), orders: [], notifications };
}

function expectObjection(entries: readonly Entry[], objection: RegExp, answers?: Answers): void {
  const { holds, detail } = judgeNotifications(evidenceOf(entries, { answers }));
  assert.match(detail, objection);
  assert.equal(holds, false);
}
