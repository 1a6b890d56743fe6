import assert from "node:assert/strict";
import { lintMessages } from "./lint_messages.ts";
import { fromRoot, root } from "./place.ts";

function objections(file: string, source: string): string[] {
  return lintMessages("import-directions", { file, source });
}

function assertAllowed(file: string, specifiers: readonly string[]): void {
  for (const specifier of specifiers) {
    assert.deepEqual(objections(file, `import { x } from "${specifier}";`), [], file);
  }
}

function assertRefused(file: string, specifiers: readonly string[]): void {
  for (const specifier of specifiers) {
    const found = objections(file, `import { x } from "${specifier}";`);
    assert.equal(found.length, 1, `"${file}" may import "${specifier}"`);
    assert.match(found[0]!, new RegExp(`^Cannot import "${specifier}": `));
  }
}

Deno.test("core imports nobody, and tests' tools only in tests", () => {
  assertAllowed("shared/core/order.ts", ["./log.ts", "zod", "node:crypto"]);
  assertAllowed("shared/core/order_test.ts", ["./testing/clock.ts", "@headwater/testing"]);
  assertRefused("shared/core/order.ts", [
    "./testing/clock.ts",
    "../http/problem.ts",
    "../../infra/host/run.ts",
    "@headwater/http",
    "@headwater/host",
    "@headwater/testing",
    "@headwater/core",
    "@shop/order/contract",
    "@headwater/projections",
    "@headwater/tests",
  ]);
  assertRefused("shared/core/order_test.ts", ["@shop/order/contract"]);
});

Deno.test("engines import core and not each other, but for the edge, which has resilience", () => {
  assertAllowed("shared/http/problem.ts", ["@headwater/core", "@headwater/resilience", "hono"]);
  assertRefused("shared/http/problem.ts", ["@headwater/sagas", "@headwater/projections"]);
  for (const engine of ["shared/resilience/a.ts", "shared/sagas/a.ts", "projections/a.ts"]) {
    assertAllowed(engine, ["@headwater/core"]);
    assertRefused(engine, ["@headwater/http", "@headwater/host", "@headwater/postgres"]);
    assertRefused(engine, ["@shop/order", "@shop/order/contract"]);
  }
  assertRefused("shared/sagas/a.ts", ["@headwater/projections", "@headwater/resilience"]);
  assertAllowed("shared/testing/given.ts", ["@headwater/core", "@headwater/sagas"]);
  assertRefused("shared/testing/given.ts", ["@headwater/projections", "@headwater/host"]);
});

Deno.test("adapters import core alone, and their tests the server that they adapt", () => {
  assertAllowed("infra/eventstoredb/log.ts", ["@headwater/core", "@eventstore/db-client"]);
  assertRefused("infra/eventstoredb/log.ts", ["@headwater/event-store", "@headwater/postgres"]);
  assertAllowed("infra/eventstoredb/log_test.ts", ["@headwater/event-store"]);
  assertAllowed("infra/redis/open_redis_store.ts", ["@headwater/core", "redis"]);
  assertRefused("infra/redis/open_redis_store.ts", ["@headwater/postgres", "@headwater/http"]);
  assertRefused("infra/event_store/cli.ts", ["@headwater/host", "@headwater/http"]);
});

Deno.test("the host imports engines and adapters, and no service", () => {
  assertAllowed("infra/host/host.ts", [
    ...["./config.ts", "@headwater/core", "@headwater/http", "@headwater/resilience"],
    ...["@headwater/sagas", "@headwater/projections", "@headwater/event-store"],
    ...["@headwater/eventstoredb", "@headwater/postgres", "@headwater/redis"],
  ]);
  assertRefused("infra/host/host.ts", [
    "@shop/order",
    "@shop/order/contract",
    "@headwater/testing",
    "@headwater/tests",
  ]);
});

Deno.test("a service imports engines, and the contracts of other services", () => {
  assertAllowed("services/order/order.ts", [
    ...["./contract.ts", "@headwater/core", "@headwater/http", "@headwater/host"],
    "@shop/payment/contract",
  ]);
  assertAllowed("services/order/order_test.ts", ["@headwater/testing"]);
  assertRefused("services/order/order.ts", [
    "../payment/contract.ts",
    "@shop/payment",
    "@shop/payment/examples",
    "@shop/order/contract",
    "@headwater/event-store",
    "@headwater/postgres",
    "@headwater/testing",
  ]);
  assertRefused("services/order/order_test.ts", ["@shop/payment", "@headwater/postgres"]);
});

Deno.test("the old shop knows nothing of Headwater", () => {
  const file = "services/legacy_shop/legacy_shop.ts";
  assertAllowed(file, ["./main.ts", "node:sqlite"]);
  assertRefused(file, ["@headwater/core", "@headwater/host", "@shop/catalog/contract"]);
});

Deno.test("the application, its demo and its judge import whole services", () => {
  for (const file of ["services/app.ts", "services/demo/demo.ts", "services/judge/judge.ts"]) {
    assertAllowed(file, ["@shop/order", "@shop/order/contract", "@headwater/host"]);
    assertRefused(file, ["@shop/order/order", "@headwater/testing", "@headwater/postgres"]);
  }
  assertRefused("services/app.ts", ["./order/mod.ts"]);
});

Deno.test("tests import everything that members show", () => {
  assertAllowed("tests/scenarios/order_test.ts", [
    "@shop/order",
    "@shop/order/contract",
    "@shop/app",
    "@headwater/projections",
    "@headwater/host",
    "@headwater/testing",
    "../contracts/event_log_suite.ts",
  ]);
  assertRefused("tests/scenarios/order_test.ts", [
    "../../infra/host/run.ts",
    "../performance/peers/castore.ts",
  ]);
});

Deno.test("peers import nothing of Headwater", () => {
  assertAllowed("tests/performance/peers/emmett.ts", [
    "./rate.ts",
    "../cart.ts",
    "../cpu_time.ts",
    "../call_cost.ts",
    "../half_open.ts",
    "@event-driven-io/emmett",
  ]);
  assertRefused("tests/performance/peers/emmett.ts", ["../bench.ts", "@headwater/core"]);
});

Deno.test("every way to name a module is checked", () => {
  for (
    const source of [
      'export { x } from "@shop/payment";',
      'export * from "@shop/payment";',
      'import "@shop/payment";',
      'import type { X } from "@shop/payment";',
      'await import("@shop/payment");',
      'type X = import("@shop/payment").X;',
    ]
  ) {
    assert.equal(objections("services/order/routes.ts", source).length, 1, source);
  }
});

Deno.test("a file outside every member is nobody's business", () => {
  assert.deepEqual(objections("../elsewhere/a.ts", 'import "@shop/payment";'), []);
});

Deno.test("paths from the root are the same on every system", () => {
  assert.equal(fromRoot(new URL("infra/host/run.ts", root).href), "infra/host/run.ts");
  assert.equal(fromRoot(new URL("infra/host/run.ts", root).pathname), "infra/host/run.ts");
  assert.equal(fromRoot("infra/host/run.ts"), "infra/host/run.ts");
});
