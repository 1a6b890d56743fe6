import { column, defineEvents, field, view } from "@headwater/core";
import assert from "node:assert/strict";
import { z } from "zod";
import { declare } from "../declare.ts";
import { pageQuery } from "../page_query.ts";
import { publicRoutes } from "../public_routes.ts";
import { readsFrom } from "../read_your_writes.ts";
import { routes } from "../service_app.ts";
import { commandAnswerSchema, pageSchema } from "./answer_schemas.ts";
import type { DescribedRoute } from "./described_route.ts";
import { openApi } from "./open_api.ts";

const doorView = view({
  name: "doors",
  version: 1,
  reads: [defineEvents("door", { DoorOpened: z.object({ doorId: field.id }) })],
  columns: {
    doorId: column.text(),
    state: column.text(["open", "shut"]),
    opener: column.text().nullable(),
  },
  primaryKey: "doorId",
  key: ({ data }) => data.doorId,
  evolve: (_row, { data }) => ({ ...data, state: "open" as const, opener: null }),
});
const door = column.schemaOf(doorView.columns).meta({ id: "Door" });

const doorRoutes = routes();
doorRoutes.post(
  "/api/doors/:id/open",
  declare({
    operation: "openDoor",
    params: { id: field.id },
    body: z.strictObject({ by: field.text(20) }).refine(() => true, "Must hold the key"),
    answer: commandAnswerSchema("doorId"),
    refusals: ["door-unknown", "door-locked"],
    example: { body: { by: "Ada" } },
    priority: "critical",
    rate: { requests: 5, windowMs: 1_000 },
  }),
  (c) => c.json({}),
);
doorRoutes.get(
  "/api/doors",
  declare({
    query: pageQuery({ state: z.enum(["open", "shut"]) }),
    answer: pageSchema(door),
    cache: { views: [doorView], freshMs: 1, staleMs: 0 },
  }),
  readsFrom(doorView),
  (c) => c.json({}),
);
doorRoutes.get(
  "/api/doors/:id/events",
  declare({ params: { id: field.id }, events: door }),
  readsFrom(doorView, { resumes: true }),
  (c) => c.json({}),
);

function describe(routes: readonly DescribedRoute[], at: "gateway" | "service" = "gateway") {
  return openApi({ title: "doors", version: "1", routes, at });
}

// deno-lint-ignore no-explicit-any -- what is looked at is JSON
function find(document: any, ...path: readonly string[]): any {
  return path.reduce((found, name) => {
    const next = found?.[name];
    const [, , group = "", referred = ""] = next?.$ref?.split("/") ?? [];
    return group === "" ? next : document.components[group][referred];
  }, document);
}

const ofDoors = describe(publicRoutes("door", doorRoutes));

Deno.test("a command is described by what it takes, what it answers and how it refuses", () => {
  const opening = find(ofDoors, "paths", "/api/doors/{id}/open", "post");
  assert.deepEqual(
    [opening.operationId, opening.tags, opening["x-priority"], opening["x-rate"].requests],
    ["openDoor", ["door"], "critical", 5],
  );
  const [id, ...headers] = opening.parameters;
  assert.deepEqual([id.name, id.in, id.required, id.schema["x-rules"]], [
    "id",
    "path",
    true,
    ["Must not be a path"],
  ]);
  assert.ok(headers.some(({ $ref }: { $ref: string }) => $ref.endsWith("/IdempotencyKey")));
  const { schema, example } = opening.requestBody.content["application/json"];
  assert.deepEqual(example, { by: "Ada" });
  assert.deepEqual(
    [schema.required, schema.additionalProperties, schema["x-rules"]],
    [["by"], false, ["Must hold the key"]],
  );
  assert.equal(schema.properties.by.maxLength, 20);
  const answers = opening.responses;
  assert.deepEqual(answers[202].content["application/json"].schema.required, [
    "doorId",
    "revision",
  ]);
  assert.deepEqual(answers[409]["x-codes"], ["revision-conflict", "door-locked"]);
  assert.deepEqual(
    find(ofDoors, "paths", "/api/doors/{id}/open", "post", "responses", "404", "x-codes"),
    ["door-unknown"],
  );
  assert.ok(find(ofDoors, "paths", "/api/doors/{id}/open", "post", "responses", "429"));
});

Deno.test("a listing is described by its filters and its read model, and its rows by the columns of the view", () => {
  const listing = find(ofDoors, "paths", "/api/doors", "get");
  const names = listing.parameters.map(({ name, $ref }: { name?: string; $ref?: string }) =>
    name ?? $ref?.split("/").at(-1)
  );
  assert.deepEqual(names, [
    ...["state", "limit", "cursor", "CorrelationId", "RequestTimeout"],
    ...["MinPosition", "Prefer", "IfNoneMatch"],
  ]);
  assert.ok(listing.responses[304]);
  assert.ok(listing.responses[503]["x-codes"].includes("read-model-behind"));
  const { properties, required, additionalProperties } = find(
    ofDoors,
    ...["components", "schemas", "Door"],
  );
  assert.deepEqual(properties.state.enum, ["open", "shut"]);
  assert.deepEqual(properties.opener.type, ["string", "null"]);
  assert.deepEqual([required, additionalProperties], [["doorId", "state", "opener"], undefined]);
});

Deno.test("a feed is described by the data of its events", () => {
  const feed = find(ofDoors, "paths", "/api/doors/{id}/events", "get");
  assert.equal(feed.operationId, "getApiDoorsIdEvents");
  assert.deepEqual(feed.responses[200].content["text/event-stream"]["x-event-data"], {
    $ref: "#/components/schemas/Door",
  });
  assert.ok(
    feed.parameters.some(({ $ref }: { $ref?: string }) => $ref?.endsWith("/LastEventId")),
  );
});

Deno.test("what only the gateway does is not said of a service", () => {
  const own = describe(publicRoutes("door", doorRoutes), "service");
  const { responses } = find(own, "paths", "/api/doors", "get");
  assert.deepEqual([responses[304], responses[421]], [undefined, undefined]);
});

Deno.test("two operations, and two schemas, of one name are refused", () => {
  const other = (path: string, id: string): DescribedRoute => ({
    service: "door",
    method: "GET",
    path,
    declared: { operation: "look", answer: z.object({ [path]: z.string() }).meta({ id }) },
  });
  assert.throws(() => describe([other("/a", "A"), other("/b", "B")]), {
    message: 'Cannot describe GET /b as "look": so is GET /a',
  });
  const { declared, ...rest } = other("/b", "A");
  assert.throws(
    () => describe([other("/a", "A"), { ...rest, declared: { ...declared, operation: "see" } }]),
    { message: 'Cannot describe two schemas by the name "A"' },
  );
});
