import assert from "node:assert/strict";
import { statusTable } from "./status_table.ts";

Deno.test("statuses stand in columns", () => {
  const orders = {
    service: "order",
    name: "orders",
    state: "live",
    since: "2025-01-01T00:00:00.000Z",
    cause: null,
    lagMs: 0,
    caughtUp: true,
    position: 1_234_567,
    version: 1,
    needsRebuild: false,
    parkedKeys: 0,
  } as const;
  const payments = {
    ...orders,
    service: "payment",
    name: "payments",
    state: "failing",
    cause: "Cannot apply event 1",
    lagMs: 90_000,
    caughtUp: false,
    position: null,
  } as const;
  assert.equal(
    statusTable([orders, payments]),
    `
SERVICE  NAME      STATE    SINCE                     LAG   POSITION   VERSION
order    orders    live     2025-01-01T00:00:00.000Z  -     1,234,567  1
payment  payments  failing  2025-01-01T00:00:00.000Z  90 s  -          1        Cannot apply event 1`
      .trimStart(),
  );
});
