import { field } from "@headwater/core";
import assert from "node:assert/strict";
import { z } from "zod";
import { declare } from "../declare.ts";
import { problemResponse } from "../problem.ts";
import { apiClient } from "./api_client.ts";
import { ApiProblem } from "./api_problem.ts";
import { openApi } from "./open_api.ts";

const operations = {
  opening: declare({
    operation: "openDoor",
    params: { id: field.id },
    body: z.strictObject({ by: z.string() }),
    answer: z.object({ doorId: z.string() }),
  }),
  listing: declare({ operation: "listDoors", answer: z.object({ items: z.array(z.string()) }) }),
};

function open(answer: () => Response) {
  const { opening, listing } = operations;
  const document = openApi({
    ...{ title: "doors", version: "1", at: "gateway" },
    routes: [
      { service: "door", method: "POST", path: "/api/doors/:id/open", declared: opening },
      { service: "door", method: "GET", path: "/api/doors", declared: listing },
    ],
  });
  const sent: Request[] = [];
  const client = apiClient<typeof operations>({
    document,
    origin: "http://shop",
    send(request) {
      sent.push(request);
      return Promise.resolve(answer());
    },
  });
  return { client, sent };
}

Deno.test("a command is sent as its route wants it, and its answer says the revision and the position", async () => {
  const headers = { ETag: '"3"', "X-Position": "17" };
  const { client, sent } = open(() => Response.json({ doorId: "a b" }, { status: 202, headers }));
  const given = { params: { id: "a b" }, body: { by: "Ada" }, ifMatch: 2 };
  const { body, revision, position, status } = await client.openDoor(given);
  const doorId: string = body.doorId;
  assert.deepEqual([doorId, revision, position, status], ["a b", 3, 17, 202]);
  const [request] = sent;
  assert.equal(`${request?.method} ${request?.url}`, "POST http://shop/api/doors/a%20b/open");
  assert.deepEqual(await request?.json(), { by: "Ada" });
  assert.equal(request?.headers.get("If-Match"), '"2"');
  assert.match(request?.headers.get("Idempotency-Key") ?? "", /^[0-9a-f-]{36}$/);
  await client.openDoor({ ...given, key: "mine" });
  assert.equal(sent[1]?.headers.get("Idempotency-Key"), "mine");
});

Deno.test("a query says which rows, and what it has to wait for", async () => {
  const { client, sent } = open(() => Response.json({ items: ["one"] }));
  const { body } = await client.listDoors({
    query: { state: "open", cursor: undefined, limit: 2 },
    after: 17,
    wait: 5,
  });
  const items: readonly string[] = body.items;
  assert.deepEqual(items, ["one"]);
  assert.equal(sent[0]?.url, "http://shop/api/doors?state=open&limit=2");
  assert.deepEqual(
    ["X-Min-Position", "Prefer", "Idempotency-Key"].map((name) => sent[0]?.headers.get(name)),
    ["17", "wait=5", null],
  );
});

Deno.test("what is no success is thrown, with what a client decides by", async () => {
  const problem = { status: 503, code: "read-model-behind", detail: "Behind", correlationId: "c" };
  const { client } = open(() => problemResponse(problem, { "Retry-After": "2" }));
  await assert.rejects(client.listDoors({}), (error) => {
    assert.ok(error instanceof ApiProblem);
    const { status, code, message, correlationId, retryAfter } = error;
    assert.deepEqual(
      { status, code, detail: message, correlationId, retryAfter },
      { ...problem, retryAfter: 2 },
    );
    return true;
  });
  const bare = open(() => new Response("<html>", { status: 502 }));
  await assert.rejects(bare.client.listDoors({}), { code: "unknown", status: 502 });
});

Deno.test("what an operation does not take, or does not give, is no type", () => {
  // Types alone: nothing of it is run
  const _never = async ({ client }: ReturnType<typeof open>) => {
    // @ts-expect-error -- a name is a text
    await client.openDoor({ params: { id: "1" }, body: { by: 1 } });
    // @ts-expect-error -- it has a body
    await client.openDoor({ params: { id: "1" } });
    // @ts-expect-error -- there is no such operation
    await client.closeDoor({});
    const { body } = await client.listDoors({});
    // @ts-expect-error -- its items are texts
    return body.items satisfies readonly number[];
  };
  assert.equal(typeof _never, "function");
});
