import type { EventSchemas } from "@headwater/core";
import { service } from "@headwater/host";
import { shop } from "@shop/app";
import assert from "node:assert/strict";
import { z } from "zod";
import { forgotten, isSchemas, readServices, type ServiceFiles } from "./forgotten.ts";

const services = await readServices();
const orders = services.find(({ folder }) => folder === "services/order")!;
const orderService = shop.services.find(({ name }) => name === "order")!;

Deno.test("nothing that a service has is left out where it has to be named", () => {
  assert.deepEqual(services.flatMap((one) => forgotten(one, shop.services)), []);
  const names = services.map(({ folder }) => folder.replace("services/", "")).toSorted();
  assert.deepEqual(names, shop.services.map(({ name }) => name).toSorted());
});

Deno.test("the order's timeline reads all events that have to do with an order", () => {
  const timeline = shop.services.flatMap(({ views }) => views)
    .find(({ name }) => name === "order-timelines");
  const read = new Set(timeline?.reads.map(({ category }) => category));
  const told = services.flatMap(({ modules }) => Object.values(modules.get("contract.ts") ?? {}))
    .filter(isSchemas)
    .filter((schemas) => schemas.types.some((type) => "orderId" in fieldsOf(schemas, type)));
  assert.ok(told.length > 5);
  for (const { category } of told) {
    assert.ok(
      read.has(category),
      `Events of "${category}" have an orderId, and services/timeline/order_timeline_view.ts does not read them`,
    );
  }
});

/** The order service without one of its files, or with another one in its place. */
function changed(
  file: string,
  change: (text: string, names: Readonly<Record<string, unknown>>) => unknown,
): ServiceFiles {
  const modules = new Map(orders.modules);
  const tests = new Map(orders.tests);
  const made = change(tests.get(file) ?? "", modules.get(file) ?? {});
  if (typeof made === "string") tests.set(file, made);
  else modules.set(file, made as Record<string, unknown>);
  return { ...orders, modules, tests };
}

Deno.test("what was forgotten is said, and where", () => {
  function withoutOne(examples: unknown, type: string) {
    const { [type]: _, ...rest } = examples as Record<string, unknown>;
    return rest;
  }
  const fewer = service({ ...orderService, aggregates: [], views: [], sagas: [] });
  const cases: readonly (readonly [ServiceFiles, readonly string[]])[] = [
    [changed("mod.ts", () => ({ fewer })), [
      'services/app.ts does not list "order"',
      'services/order/mod.ts does not list "order" of order.ts in aggregates',
      'services/order/mod.ts does not list "orderView" of order_view.ts in views',
      'services/order/mod.ts does not list "fulfilmentProcess" of fulfilment_process.ts in sagas',
    ]],
    [
      changed("examples.ts", (_, names) => ({
        ...names,
        orderEventExamples: withoutOne(names.orderEventExamples, "OrderPlaced"),
        orderCommandExamples: withoutOne(names.orderCommandExamples, "PlaceOrder"),
      })),
      [
        'services/order/examples.ts has no example of "OrderPlaced" in orderEventExamples',
        'services/order/examples.ts has no example of "PlaceOrder" in orderCommandExamples',
      ],
    ],
    [
      changed("contract_test.ts", (text) => text.replaceAll(/fulfilmentEvents|orderCommands/g, "")),
      [
        'services/order/contract_test.ts does not write and read "fulfilmentEvents"',
        'services/order/contract_test.ts does not write and read "orderCommands"',
      ],
    ],
    [changed("order_test.ts", (text) => text.replaceAll("MarkDelivered", "")), [
      'no test in services/order names the command "MarkDelivered"',
    ]],
    [changed("order_view_test.ts", () => ""), [
      'no test in services/order names "orderView" of order_view.ts',
    ]],
  ];
  for (const [files, expected] of cases) {
    assert.deepEqual(forgotten(files, shop.services), expected);
  }
});

function fieldsOf(schemas: EventSchemas, type: string): Readonly<Record<string, unknown>> {
  const schema = schemas.schemaOf(type);
  return schema instanceof z.ZodObject ? schema.shape : {};
}
