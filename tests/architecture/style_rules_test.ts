import assert from "node:assert/strict";
import { lintMessages } from "./lint_messages.ts";

type Rule = Parameters<typeof lintMessages>[0];

function assertGood(rule: Rule, sources: readonly string[]): void {
  for (const source of sources) {
    assert.deepEqual(lintMessages(rule, { file: "infra/host/a.ts", source }), [], source);
  }
}

function assertBad(rule: Rule, sources: readonly string[]): void {
  for (const source of sources) {
    assert.equal(lintMessages(rule, { file: "infra/host/a.ts", source }).length, 1, source);
  }
}

Deno.test("file names are snake_case and say what is in the file", () => {
  function messages(file: string): string[] {
    return lintMessages("file-name", { file, source: "" });
  }
  for (
    const good of [
      "infra/host/mod.ts",
      "services/order/mod.ts",
      "shared/core/event_log2.ts",
      "shared/core/event_types_test.ts",
      "tests/performance/append_bench.ts",
    ]
  ) {
    assert.deepEqual(messages(good), [], good);
  }
  for (
    const bad of [
      "shared/core/eventLog.ts",
      "shared/core/event-log.ts",
      "shared/core/EventLog.ts",
      "shared/core/utils.ts",
      "shared/core/string_utils.ts",
      "shared/core/test_helper.ts",
      "shared/core/helpers_test.ts",
      "shared/core/common.ts",
      "shared/core/types.ts",
      "shared/core/index.ts",
      "shared/core/domain/mod.ts",
    ]
  ) {
    assert.equal(messages(bad).length, 1, bad);
  }
});

Deno.test("a file has at most 300 lines", () => {
  assertGood("file-length", ["x;\n".repeat(300)]);
  assertBad("file-length", ["x;\n".repeat(301)]);
});

Deno.test("at most two positional parameters come before the options", () => {
  assertGood("parameters", [
    "function f(a: string, b: string) {}",
    "function f(a: string, b: string, options: { c: string }) {}",
    "function f(a: string, b: string, { c }: Options = {}) {}",
    "function f(a: string, b: string, then: () => void) {}",
    "class C { constructor(a: string, b: string, c: string, d: string) {} }",
    "interface C { f(a: string, b: string, options?: Options): void }",
    "[1].reduce((sum, value, index, all) => sum);",
  ]);
  assertBad("parameters", [
    "function f(a: string, b: string, c: string) {}",
    "function f(a: string, b: string, c: number = 1) {}",
    "function f(a: A, b: B, c: C, d: D) {}",
    "export function f(a: A, b: B, c?: boolean) {}",
    "class C { f(a: A, b: B, c: C, d: D) {} }",
    "interface C { f(a: string, b: string, c: bigint): void }",
  ]);
});

Deno.test("an error message has no full stop and quotes values with double quotes", () => {
  assertGood("error-message", [
    "throw new Error('Cannot find \"x\": not there');",
    'throw new Error(`Cannot find "${x}": not there`);',
    'throw new Error("Waiting ...");',
    "new Error(message);",
    'new Sentence("Your order has left.");',
    'new TypeError("Cannot take the item\'s name");',
  ]);
  assertBad("error-message", [
    'throw new Error("Cannot find it.");',
    'throw new Error(`Cannot find "${x}".`);',
    'new TypeError("Cannot find it.");',
    'throw new Unavailable("Cannot reach it.", { cause });',
    'new Refusal("order-unknown", `Cannot find order "${id}".`);',
    "new Error(`Cannot find '${x}': not there`);",
  ]);
});

Deno.test("codes of refusals are kebab-case", () => {
  assertGood("refusal-code", ['new Refusal("order-already-shipped", "x");', "new Refusal(code);"]);
  assertBad("refusal-code", [
    'new Refusal("unknown", "x");',
    'new Refusal("orderUnknown", "x");',
    'new Refusal("order_unknown", "x");',
  ]);
});

Deno.test("top-level functions are declared", () => {
  assertGood("top-level-function", [
    "function f() {}",
    "function f() { const g = () => 1; return g; }",
    "export const f: Handler = (request) => request;",
    "const list = [1].map((x) => x);",
  ]);
  assertBad("top-level-function", ["const f = () => 1;", "export const f = async () => {};"]);
});

Deno.test("private members are private at run time too", () => {
  assertGood("private-member", [
    "class C { #a = 1; #b() {} readonly c = 1; private constructor() {} }",
  ]);
  assertBad("private-member", [
    "class C { private a = 1; }",
    "class C { private b() {} }",
    "class C { protected c = 1; }",
  ]);
});

Deno.test("functions and classes of shared are documented", () => {
  function messages(file: string, source: string): string[] {
    return lintMessages("documented", { file, source });
  }
  const source = "// of use\nexport function f() {}\nexport class C {}";
  assert.deepEqual(messages("shared/core/event.ts", source).length, 2);
  assert.deepEqual(messages("shared/core/event_test.ts", source), []);
  assert.deepEqual(messages("services/order/order.ts", source), []);
  const good = "/** Of use. */\nexport function f() {}\nexport type T = 1;\nexport const c = 1;";
  assert.deepEqual(messages("shared/core/event.ts", good), []);
});

Deno.test("what is shared uses nothing of Deno's, but in its tests", () => {
  function messages(file: string, source: string): string[] {
    return lintMessages("no-deno", { file, source });
  }
  for (
    const source of [
      "Deno.cwd();",
      "globalThis.Deno.cwd();",
      "const { env } = Deno;",
      "let child: Deno.ChildProcess;",
    ]
  ) {
    assert.equal(messages("shared/core/event.ts", source).length, 1, source);
    assert.equal(messages("shared/http/testing/example.ts", source).length, 1, source);
    assert.deepEqual(messages("shared/core/event_test.ts", source), []);
    assert.deepEqual(messages("infra/host/host.ts", source), []);
  }
});

Deno.test("databases are asked by name, over connections from one place, one message for a transaction", () => {
  assertGood("postgres", [
    'import { connect } from "@headwater/postgres"; connect({ url });',
    "sql`select id, count(*) from orders`;",
    "sql.unsafe(`select ${columns} from orders`);",
    "html`<b>select * from orders</b>`;",
    "sql`select pg_advisory_lock(1234567), order_2_3 from orders`;",
  ]);
  assertBad("postgres", [
    'import postgres from "postgres"; postgres(url);',
    "sql`select * from orders`;",
    "sql<Row[]>`insert into orders values (1) returning *`;",
    "sql`select o.* from orders as o`;",
    'sql.unsafe("select * from orders");',
    "sql.unsafe(`select\n * from ${table}`);",
    "sql.begin(() => {});",
    "sql`select pg_advisory_lock(1_234_567)`;",
  ]);
  const source = 'import postgres from "postgres"; postgres(url);';
  assert.deepEqual(lintMessages("postgres", { file: "infra/postgres/connect.ts", source }), []);
});
