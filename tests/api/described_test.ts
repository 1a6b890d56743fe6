import { Validator } from "@seriousme/openapi-schema-validator";
import assert from "node:assert/strict";
import { describe, publicRoutes } from "@headwater/http";
import { description } from "@headwater/host";
import { shop } from "@shop/app";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describedOperations } from "./described_operations.ts";

const documents = new Map<string, describe.OpenApi>([
  ["gateway", description.describeApi(shop)],
  ...shop.services.map((service): [string, describe.OpenApi] => [
    service.name,
    description.describeService(service),
  ]),
]);

for (const [name, document] of documents) {
  Deno.test(`what "${name}" says of itself is OpenAPI 3.1`, async () => {
    const validator = new Validator();
    // It resolves references in place
    const { valid, errors } = await validator.validate(structuredClone({ ...document }));
    assert.ok(valid, JSON.stringify(errors));
    assert.equal(validator.version, "3.1");
  });
}

Deno.test("of every public route of the shop all is said: its name, what for, parameters, answer or events", () => {
  for (const { name, routes } of shop.services) {
    for (const { method, path, declared } of routes ? publicRoutes(name, routes) : []) {
      const { operation, summary, params = {}, answer, events } = declared;
      const parameters = (path.match(/:\w+/g) ?? []).map((part) => part.slice(1));
      assert.deepEqual(Object.keys(params), parameters, `${method} ${path}`);
      assert.ok(operation && summary && (answer ?? events), `${method} ${path}`);
    }
  }
});

Deno.test("examples are as the schemas beside them say", () => {
  const document = description.describeApi(shop);
  const ajv = new Ajv2020({ strict: false });
  const { components } = document;
  let seen = 0;
  for (const methods of Object.values(document.paths)) {
    for (const { operationId, requestBody } of Object.values(methods)) {
      // deno-lint-ignore no-explicit-any -- a document is JSON
      const media = (requestBody as any)?.content["application/json"];
      if (!media) continue;
      seen++;
      assert.ok(media.example, `${operationId} has no example`);
      const validate = ajv.compile({ components, ...media.schema });
      assert.ok(validate(media.example), `${operationId}: ${ajv.errorsText(validate.errors)}`);
    }
  }
  assert.ok(seen > 3);
});

Deno.test("a page is described by what its parts' services declare", () => {
  const [page] = describedOperations(description.describeApi(shop)).filter(({ name }) =>
    name === "getOrder"
  );
  const schema = JSON.stringify(page?.answers[200]?.content["application/json"]);
  for (const name of ["Order", "Payment", "Reservation", "Shipment"]) {
    assert.ok(schema.includes(`"#/components/schemas/${name}"`), name);
  }
});
