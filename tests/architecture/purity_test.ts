import assert from "node:assert/strict";
import { lintMessages } from "./lint_messages.ts";

const asAggregate = 'import { aggregate } from "@headwater/core";\n';

function messages(file: string, source: string): string[] {
  return lintMessages("purity", { file, source });
}

function assertPure(file: string, source: string): void {
  assert.deepEqual(messages(file, source), [], source);
}

function assertImpure(file: string, [source, what]: readonly [source: string, what: string]): void {
  const expected = `Cannot use ${what} here: this must be pure`;
  assert.ok(messages(file, source).includes(expected), `${source}: ${messages(file, source)}`);
}

Deno.test("an aggregate takes everything from its arguments", () => {
  const decider = "services/order/order.ts";
  assertPure(
    decider,
    `import { z } from "zod";
    import { aggregate, derivedId } from "@headwater/core";
    import type { PaymentEvent } from "@shop/payment/contract";
    import type { Sql } from "postgres";
    import { total } from "./total.ts";
    export const order = aggregate({ initialState, decide, evolve });
    function decide(command: Command, process: Process) {
      const placedAt = new Date(command.data.at).toISOString();
      const { Deno } = command.data;
      return [{ type: "Placed", data: { fetch: process.console, placedAt, total: Math.max(1, Deno) } }];
    }
    type Later = Promise<void>;`,
  );
  const impure: [source: string, what: string][] = [
    ["const decide = async () => {};", "an async function"],
    ["async function decide() {}", "an async function"],
    ["const x = await load();", "await"],
    ["for await (const x of xs) {}", "await"],
    ["const at = () => new Date();", "new Date()"],
    ["const at = () => Date();", "Date()"],
    ["const at = () => Date.now();", "Date.now"],
    ["const at = () => Temporal.Now.instant();", "Temporal.Now"],
    ["const pick = () => Math.random();", "Math.random"],
    ["const id = () => crypto.randomUUID();", '"crypto"'],
    ["const at = () => performance.now();", '"performance"'],
    ["const get = () => fetch(url);", '"fetch"'],
    ["const load = { fetch };", '"fetch"'],
    ["const home = () => Deno.env.get(name);", '"Deno"'],
    ["const say = () => console.log(1);", '"console"'],
    ["const later = () => setTimeout(f, 1);", '"setTimeout"'],
    ["const home = () => process.env.HOME;", '"process"'],
    ["const any = () => globalThis[name];", '"globalThis"'],
    ["const later = () => Promise.resolve();", '"Promise"'],
    ["let count = 0;", "state kept between calls"],
    ['import fs from "node:fs";', '"node:fs"'],
    ['import { createHash } from "node:crypto";', '"node:crypto"'],
    ['import postgres from "postgres";', '"postgres"'],
    ['import { v5 } from "uuid";', '"uuid"'],
    ['import "./set_up_view.ts";', '"./set_up_view.ts"'],
    ['import { rows } from "./order_view.ts";', '"./order_view.ts"'],
    ['import { routes } from "./routes.ts";', '"./routes.ts"'],
    ['import { silentLog } from "@headwater/core";', '"@headwater/core"'],
    ['import * as core from "@headwater/core";', '"@headwater/core"'],
    ['import { readJson } from "@headwater/http";', '"@headwater/http"'],
  ];
  for (const [source, what] of impure) assertImpure(decider, [asAggregate + source, what]);
});

Deno.test("a process and the definition of a saga are held to the same", () => {
  for (const file of ["fulfilment_process.ts", "fulfilment_saga.ts"]) {
    assertImpure(`services/order/${file}`, ["const at = Date.now();", "Date.now"]);
  }
});

Deno.test("of a policy what answers an event is pure", () => {
  const file = "services/order/reminding_policy.ts";
  const source = 'import { policy } from "@headwater/sagas"; export const reminding = policy(';
  assertPure(file, `${source}{ then: ({ id }) => ({ type: "Remind", data: { id } }) });`);
  assertImpure(file, [`${source}{ then: () => remind(Date.now()) });`, "Date.now"]);
});

Deno.test("of a view what folds events is pure, and its queries are not asked", () => {
  const view = "services/order/order_view.ts";
  assertPure(
    view,
    `import type { Sql } from "postgres";
    import { column, view } from "@headwater/core";
    import { page } from "@headwater/http";
    export const orders = view({
      columns: { orderId: column.text() },
      key: (event) => event.data.orderId,
      evolve,
    });
    function evolve(row, event) { return { ...row, at: event.recordedAt }; }
    export async function findOrder(sql: Sql, id: string) {
      const key = Date.now();
      return page(await sql\`select \${id}\`);
    }`,
  );
  for (
    const [source, what] of [
      ["const v = view({ key: () => Date.now(), evolve });", "Date.now"],
      ["const v = view({ async evolve() {} });", "an async function"],
      ["const v = { evolve }; const evolve = (row) => [row, Math.random()];", "Math.random"],
      [
        `const v = { evolve };
        function evolve(row) { return withTime(row); }
        const withTime = (row) => ({ ...row, at: stamp() });
        function stamp() { return new Date(); }`,
        "new Date()",
      ],
      [
        'import { readFileSync } from "node:fs"; const v = { key: () => readFileSync(path) };',
        '"readFileSync"',
      ],
    ] as const
  ) {
    assertImpure(view, [source, what]);
  }
});

Deno.test("what is not an aggregate, process or view may have effects", () => {
  const source = "export const now = () => Date.now();";
  assertPure("services/order/routes.ts", asAggregate + source);
  assertPure("services/order/order_test.ts", asAggregate + source);
  assertPure("services/payment/simulated_provider.ts", source);
  assertPure("infra/host/host.ts", asAggregate + source);
});
