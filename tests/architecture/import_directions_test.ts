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

Deno.test("shared imports only shared, and its testing folder only for tests", () => {
  assertAllowed("shared/domain/order.ts", ["../ports/log.ts", "zod", "node:crypto"]);
  assertAllowed("shared/domain/order_test.ts", ["../testing/given.ts"]);
  assertAllowed("shared/testing/given.ts", ["./story.ts", "../domain/view.ts"]);
  assertRefused("shared/domain/order.ts", [
    "../testing/given.ts",
    "../../infra/main.ts",
    "@headwater/infra/config",
    "@headwater/order/contract",
    "@headwater/projections",
    "@headwater/shared/ports/log",
    "@headwater/tests/contracts",
  ]);
  assertRefused("shared/domain/order_test.ts", ["@headwater/order/contract"]);
});

Deno.test("a service imports shared and the contracts of other services", () => {
  assertAllowed("services/order/order.ts", [
    "./contract.ts",
    "@headwater/shared/domain/decider",
    "@headwater/payment/contract",
  ]);
  assertAllowed("services/order/order_test.ts", ["@headwater/shared/testing/given"]);
  assertRefused("services/order/order.ts", [
    "../payment/contract.ts",
    "@headwater/payment",
    "@headwater/payment/examples",
    "@headwater/order/contract",
    "@headwater/infra/host",
    "@headwater/projections",
    "@headwater/shared/testing/given",
  ]);
  assertRefused("services/order/order_test.ts", ["@headwater/payment", "@headwater/infra/host"]);
});

Deno.test("projections import shared and contracts", () => {
  assertAllowed("projections/worker.ts", [
    "./checkpoint.ts",
    "@headwater/shared/domain/view",
    "@headwater/order/contract",
  ]);
  assertRefused("projections/worker.ts", [
    "@headwater/order",
    "@headwater/infra/postgres/connect",
    "@headwater/projections",
  ]);
});

Deno.test("within infra only the entry points import services and projections", () => {
  assertAllowed("infra/host.ts", ["./config.ts", "@headwater/shared/ports/log"]);
  assertAllowed("infra/main.ts", ["@headwater/order", "@headwater/projections", "./host.ts"]);
  assertAllowed("infra/main_test.ts", ["@headwater/order", "./main.ts"]);
  assertRefused("infra/main.ts", ["@headwater/order/contract", "../services/order/mod.ts"]);
  assertRefused("infra/host.ts", [
    "./main.ts",
    "@headwater/order",
    "@headwater/order/contract",
    "@headwater/projections",
    "@headwater/shared/testing/given",
    "@headwater/tests/contracts",
  ]);
  assertRefused("infra/event_log/main.ts", ["@headwater/order"]);
});

Deno.test("tests import everything that members show", () => {
  assertAllowed("tests/scenarios/order_test.ts", [
    "@headwater/order",
    "@headwater/order/contract",
    "@headwater/projections",
    "@headwater/infra/host",
    "@headwater/shared/testing/given",
    "../contracts/event_log_suite.ts",
  ]);
  assertRefused("tests/scenarios/order_test.ts", [
    "@headwater/order/order",
    "@headwater/projections/worker",
    "../../infra/main.ts",
    "../performance/peers/castore.ts",
  ]);
});

Deno.test("peers import nothing of Headwater", () => {
  assertAllowed("tests/performance/peers/emmett.ts", [
    "./rate.ts",
    "../cart.ts",
    "@event-driven-io/emmett",
  ]);
  assertRefused("tests/performance/peers/emmett.ts", [
    "../bench.ts",
    "@headwater/shared/domain/decider",
  ]);
});

Deno.test("every way to name a module is checked", () => {
  for (
    const source of [
      'export { x } from "@headwater/payment";',
      'export * from "@headwater/payment";',
      'import "@headwater/payment";',
      'import type { X } from "@headwater/payment";',
      'await import("@headwater/payment");',
      'type X = import("@headwater/payment").X;',
    ]
  ) {
    assert.equal(objections("services/order/routes.ts", source).length, 1, source);
  }
});

Deno.test("a file outside every member is nobody's business", () => {
  assert.deepEqual(objections("../elsewhere/a.ts", 'import "@headwater/payment";'), []);
});

Deno.test("paths from the root are the same on every system", () => {
  assert.equal(fromRoot(new URL("infra/main.ts", root).href), "infra/main.ts");
  assert.equal(fromRoot(new URL("infra/main.ts", root).pathname), "infra/main.ts");
  assert.equal(fromRoot("infra/main.ts"), "infra/main.ts");
});
