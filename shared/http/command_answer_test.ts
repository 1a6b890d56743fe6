import { deepEqual, equal, notEqual } from "node:assert/strict";
import { exampleService, jsonRequest, validExampleOrder } from "./testing/example_service.ts";

async function contextFor(headers: Record<string, string>) {
  const { service, handled } = exampleService();
  const response = await service(jsonRequest("/orders/1", { body: validExampleOrder, headers }));
  const { code, errors } = await response.json();
  return { response, code, errors, context: handled[0]?.context };
}

Deno.test("an answer carries revision, position and body", async () => {
  const { response } = await contextFor({});
  equal(response.status, 202);
  equal(response.headers.get("ETag"), '"3"');
  equal(response.headers.get("X-Position"), "17");
});

Deno.test("the same Idempotency-Key is the same command, another or none is another", async () => {
  const ids = [];
  for (const key of ["key-1", "key-1", "key-2"]) {
    ids.push((await contextFor({ "Idempotency-Key": key })).context?.commandId);
  }
  equal(ids[0], ids[1]);
  notEqual(ids[0], ids[2]);
  notEqual((await contextFor({})).context?.commandId, (await contextFor({})).context?.commandId);
});

Deno.test("a key of 255 visible characters is taken", async () => {
  equal((await contextFor({ "Idempotency-Key": "~".repeat(255) })).response.status, 202);
});

Deno.test("a key that is empty, too long or not visible ASCII is refused", async () => {
  for (const key of ["", "x".repeat(256), "two words", "ä"]) {
    const { response, errors } = await contextFor({ "Idempotency-Key": key });
    equal(response.status, 400);
    equal(errors[0].path, "Idempotency-Key");
  }
});

Deno.test("If-Match becomes the expected revision", async () => {
  equal((await contextFor({ "If-Match": '"0"' })).context?.expectedRevision, 0);
  equal((await contextFor({ "If-Match": '"41"' })).context?.expectedRevision, 41);
  equal("expectedRevision" in (await contextFor({})).context!, false);
  for (
    const [ifMatch, expected] of [
      ["*", "exists"],
      [" * ", "exists"],
      ['"3", "4"', [3, 4]],
      ['"3","4",', [3, 4]],
      ['W/"3", "4"', 4],
    ] as const
  ) {
    deepEqual((await contextFor({ "If-Match": ifMatch })).context?.expectedRevision, expected);
  }
});

Deno.test("an If-Match that can match nothing expects nothing: a weak tag, one that is not ours", async () => {
  for (const tags of ['W/"3"', '"03"', '"-1"', '"a,b", W/"1"', '""', '"9007199254740993"']) {
    deepEqual((await contextFor({ "If-Match": tags })).context?.expectedRevision, [], tags);
  }
});

Deno.test("an If-Match that is no list of tags is refused", async () => {
  for (const etag of ["", "3", '"3', 'w/"3"', '*, "3"', '"3" "4"', '"3";"4"', '"a b"']) {
    const { response, errors } = await contextFor({ "If-Match": etag });
    equal(response.status, 400, etag);
    deepEqual(errors.map(({ path }: { path: string }) => path), ["If-Match"]);
  }
});

Deno.test("a command carries on the client's correlation id and trace", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const { context } = await contextFor({ "X-Correlation-Id": "flow-1", traceparent });
  equal(context?.correlationId, "flow-1");
  equal(context?.traceparent, traceparent);
});
