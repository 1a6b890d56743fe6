import assert from "node:assert/strict";
import { statusTable } from "./status_table.ts";

Deno.test("statuses stand in columns", () => {
  const orders = {
    service: "order",
    name: "orders",
    generation: 2,
    owner: "shop-1:8001",
    state: "live",
    since: "2025-01-01T00:00:00.000Z",
    cause: null,
    lagMs: 0,
    caughtUp: true,
    position: 1_234_567,
    version: 1,
    needsRebuild: false,
    parkedKeys: 0,
    progress: null,
  } as const;
  const payments = {
    ...orders,
    service: "payment",
    name: "payments",
    generation: 1,
    owner: null,
    state: "failing",
    cause: "Cannot apply event 1",
    lagMs: 90_000,
    caughtUp: false,
    position: null,
  } as const;
  assert.equal(
    statusTable([orders, payments]),
    `
SERVICE  NAME      GEN  STATE    SINCE                     LAG   POSITION   VERSION  OWNER
order    orders    2    live     2025-01-01T00:00:00.000Z  -     1,234,567  1        shop-1:8001
payment  payments  1    failing  2025-01-01T00:00:00.000Z  90 s  -          1        -            Cannot apply event 1`
      .trimStart(),
  );
});
