import { description } from "@headwater/host";
import { shop } from "@shop/app";
import specifications from "@asyncapi/specs";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import assert from "node:assert/strict";

const document = description.describeEvents(shop);
// deno-lint-ignore no-explicit-any -- a document is JSON
const messages: Readonly<Record<string, any>> = document.components.messages ?? {};

Deno.test("what the shop says of its events is AsyncAPI 3", () => {
  // The specification brings its own copy of JSON Schema's
  const ajv = new Ajv({
    strict: false,
    meta: false,
    validateSchema: false,
    validateFormats: false,
  });
  const validate = ajv.compile(specifications.schemas["3.0.0"]);
  assert.ok(validate(document), ajv.errorsText(validate.errors));
  assert.ok(!validate({ ...document, channels: { order: { address: 1 } } }));
});

Deno.test("every event of every contract is there, in its newest version, in the channel of its category", () => {
  const owners = shop.services.flatMap(({ aggregates, sagas }) => [...aggregates, ...sagas]);
  for (const { events: { category, types, versions } } of owners) {
    for (const type of types) {
      assert.equal(messages[`${category}.${type}`]["x-schema-version"], versions[type], type);
    }
  }
  assert.deepEqual(Object.keys(document.channels), owners.map(({ name }) => name).toSorted());
  assert.equal(messages["order.OrderCancellationStarted"]["x-schema-version"], 2);
});

Deno.test("examples of events are as their schemas say, and each contract has some", () => {
  const ajv = new Ajv2020({ strict: false });
  const { schemas } = document.components;
  const withExamples = Object.entries(messages).filter(([, { examples }]) => examples);
  for (const [name, { payload, examples }] of withExamples) {
    const validate = ajv.compile({ components: { schemas }, ...payload });
    assert.ok(validate(examples[0].payload), `${name}: ${ajv.errorsText(validate.errors)}`);
  }
  const categories = new Set(withExamples.map(([name]) => name.split(".")[0]));
  for (const category of ["order", "payment", "stockItem", "shipment", "notification", "product"]) {
    assert.ok(categories.has(category), category);
  }
});

Deno.test("who reads whose events is said", () => {
  const { operations } = document;
  for (const name of ["order.writes.order", "timeline.reads.payment", "order.reads.stockItem"]) {
    assert.ok(operations[name], name);
  }
  assert.equal(operations["payment.reads.order"], undefined);
});
