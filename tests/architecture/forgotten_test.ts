import type { EventSchemas } from "@headwater/core";
import { strangler } from "@headwater/gateway";
import { service } from "@headwater/host";
import { shop } from "@shop/app";
import assert from "node:assert/strict";
import { z } from "zod";
import {
  definitionIn,
  forgotten,
  isSchemas,
  readService,
  readServices,
  type ServiceFiles,
} from "./forgotten.ts";

const services = await readServices();
const template = await readService("infra/scaffold/template");

Deno.test("nothing that a service has is left out where it has to be named", () => {
  assert.deepEqual(services.flatMap((one) => forgotten(one, shop.services)), []);
  const names = services.map(({ folder }) => folder.replace("services/", "")).toSorted();
  const ofTheShop = shop.services.filter(({ name }) => name !== strangler.name);
  assert.deepEqual(names, ofTheShop.map(({ name }) => name).toSorted());
});

Deno.test("the order's timeline reads all events that have to do with an order", () => {
  const timeline = shop.services.flatMap(({ views }) => views)
    .find(({ name }) => name === "order-timelines");
  const read = new Set(timeline?.reads.map(({ category }) => category));
  const told = services.flatMap(({ modules }) => Object.values(modules.get("contract.ts") ?? {}))
    .filter(isSchemas)
    // What a saga keeps is its own story; what it leads to are events of others
    .filter((schemas) => !("formerly" in schemas))
    .filter((schemas) => schemas.types.some((type) => "orderId" in fieldsOf(schemas, type)));
  assert.ok(told.length >= 5);
  for (const { category } of told) {
    assert.ok(
      read.has(category),
      `Events of "${category}" have an orderId, and services/timeline/order_timeline_view.ts does not read them`,
    );
  }
});

/** What a new service is made from, with one of its files changed. */
function changed(
  file: string,
  change: (text: string, names: Readonly<Record<string, unknown>>) => unknown,
): ServiceFiles {
  const modules = new Map(template.modules);
  const tests = new Map(template.tests);
  const made = change(tests.get(file) ?? "", modules.get(file) ?? {});
  if (typeof made === "string") tests.set(file, made);
  else modules.set(file, made as Record<string, unknown>);
  return { ...template, modules, tests };
}

Deno.test("what was forgotten is said, and where", () => {
  function withoutOne(examples: unknown, type: string) {
    const { [type]: _, ...rest } = examples as Record<string, unknown>;
    return rest;
  }
  const emptied = service({ name: "sample_account" });
  const unlistedParts = [
    'mod.ts does not list "sampleTableView" of sample_table_view.ts in views',
    'mod.ts does not list "sampleErrandSaga" of sample_errand_saga.ts in sagas',
    'mod.ts does not list "sampleReactionPolicy" of sample_reaction_policy.ts in sagas',
  ];
  const cases: readonly (readonly [ServiceFiles, readonly string[]])[] = [
    [template, []],
    [changed("mod.ts", () => ({ emptied })), [
      'services/app.ts does not list "sample_account"',
      'mod.ts does not list "sampleAccount" of sample_account.ts in aggregates',
      'mod.ts does not list "sampleAccountView" of sample_account_view.ts in views',
    ]],
    [
      changed("examples.ts", (_, names) => ({
        ...names,
        sampleAccountEventExamples: withoutOne(
          names.sampleAccountEventExamples,
          "SampleAccountOpened",
        ),
        sampleAccountCommandExamples: withoutOne(
          names.sampleAccountCommandExamples,
          "CloseSampleAccount",
        ),
      })),
      [
        'examples.ts has no example of "SampleAccountOpened" in sampleAccountEventExamples',
        'examples.ts has no example of "CloseSampleAccount" in sampleAccountCommandExamples',
      ],
    ],
    [changed("contract_test.ts", () => ""), [
      'contract_test.ts does not write and read "sampleAccountCommands"',
      'contract_test.ts does not write and read "sampleAccountEvents"',
    ]],
    [
      changed("sample_account_test.ts", (text) => text.replaceAll("CloseSampleAccount", "")),
      ['names the command "CloseSampleAccount"'],
    ],
    [changed("sample_table_view_test.ts", () => ""), [
      'names "sampleTableView" of sample_table_view.ts',
    ]],
  ];
  for (const [files, expected] of cases) {
    const said = forgotten(files, [definitionIn(template.modules)!])
      .map((sentence) => sentence.replace(/^(infra\/scaffold\/template\/|no test in \S+ )/, ""));
    assert.deepEqual(said.toSorted(), [...unlistedParts, ...expected].toSorted());
  }
});

function fieldsOf(schemas: EventSchemas, type: string): Readonly<Record<string, unknown>> {
  const schema = schemas.schemaOf(type);
  return schema instanceof z.ZodObject ? schema.shape : {};
}
