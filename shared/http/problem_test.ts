import { DeadlineExceeded, eventLog, Refusal, Unavailable } from "@headwater/core";
import { BadAnswer, BadInput, BodyTooLarge, BodyTooSlow } from "@headwater/resilience";
import { MediaTypeUnsupported } from "./media_type_unsupported.ts";
import { deepEqual, equal, ok } from "node:assert/strict";
import { exampleService } from "./testing/example_service.ts";

async function answerTo(thrown: unknown, headers: Record<string, string> = {}) {
  const { service, logged } = exampleService((app) => {
    app.get("/fails", () => {
      throw thrown;
    });
  });
  const response = await service(new Request("http://example/fails", { headers }));
  equal(response.headers.get("Content-Type"), "application/problem+json");
  const body = await response.json();
  equal(body.status, response.status);
  equal(body.correlationId, response.headers.get("X-Correlation-Id"));
  return { response, body, logged };
}

const kinds: [what: string, thrown: unknown, status: number, code: string][] = [
  ["bad input", new BadInput([{ path: "a", message: "no" }]), 400, "bad-input"],
  ["a body too large", new BodyTooLarge(10), 413, "body-too-large"],
  ["a body too slow", new BodyTooSlow(10), 408, "body-too-slow"],
  ["an answer of no use", new BadAnswer("no", { code: "answer-not-json" }), 502, "answer-not-json"],
  ["another media type", new MediaTypeUnsupported("no"), 415, "media-type-unsupported"],
  ["an unknown thing", new Refusal("order-unknown", "no"), 404, "order-unknown"],
  ["a key used twice", new Refusal("idempotency-key-reused", "no"), 422, "idempotency-key-reused"],
  ["a rule that says no", new Refusal("stock-insufficient", "no"), 409, "stock-insufficient"],
  ["a lost race", new eventLog.RevisionConflict("order-1", 3, 5), 409, "revision-conflict"],
  ["a machine that is down", new Unavailable("no", { code: "log-down" }), 503, "log-down"],
  ["a call that took too long", new DeadlineExceeded("no"), 504, "deadline-exceeded"],
  ["a signal's time-out", new DOMException("no", "TimeoutError"), 504, "deadline-exceeded"],
  ["a bug", new TypeError("secret is undefined"), 500, "internal-error"],
  ["a thrown string", "secret", 500, "internal-error"],
];

for (const [what, thrown, status, code] of kinds) {
  Deno.test(`${what} is answered with ${status} ${code}`, async () => {
    const { response, body } = await answerTo(thrown);
    equal(response.status, status);
    equal(body.code, code);
    equal(body.type, `urn:headwater:problem:${code}`);
  });
}

Deno.test("a stale If-Match is 412 and says where the stream is", async () => {
  const { response, body } = await answerTo(new eventLog.RevisionConflict("order-1", 3, 5), {
    "If-Match": '"3"',
  });
  equal(response.status, 412);
  equal(body.code, "revision-stale");
  equal(body.detail, "Cannot apply the command to revision 3: it is now at revision 5");
});

Deno.test("an If-Match of several tags, of none that can match, or of any is told what it asked for", async () => {
  for (
    const [expected, asked] of [
      [[1, 2], "revision 1 or 2"],
      [[], "revision of no kind"],
      ["exists", "what exists"],
    ] as const
  ) {
    const { response, body } = await answerTo(
      new eventLog.RevisionConflict("order-1", expected, undefined),
      { "If-Match": "*" },
    );
    equal(response.status, 412);
    equal(body.detail, `Cannot apply the command to ${asked}: it is now at no revision`);
  }
});

Deno.test("which limit it was is said where a call met with one", async () => {
  const { body: open } = await answerTo(new Unavailable("no", { limit: "breaker" }));
  equal(open.limit, "breaker");
  const { body: late } = await answerTo(new DeadlineExceeded("no", { limit: "attempt" }));
  equal(late.limit, "attempt");
  const { body: down } = await answerTo(new Unavailable("no"));
  equal("limit" in down, false);
});

Deno.test("an unavailable machine says when to come back, in whole seconds and never at once", async () => {
  for (const [retryAfter, header] of [[0, "1"], [2.2, "3"]] as const) {
    const { response } = await answerTo(new Unavailable("no", { retryAfter }));
    equal(response.headers.get("Retry-After"), header);
  }
});

Deno.test("a query whose database is away is 503, with the reason in the log alone", async () => {
  const refused = Object.assign(new Error("connect 10.0.0.7:5432"), { code: "ECONNREFUSED" });
  const { response, body, logged } = await answerTo(refused);
  equal(response.status, 503);
  equal(body.code, "database-unavailable");
  ok(!JSON.stringify(body).includes("10.0.0.7"));
  equal(logged[0]?.level, "warn");
  equal(logged[0]?.fields?.error, refused);
});

Deno.test("a query whose table was dropped is 503 as long as its read model is not made again", async () => {
  const missing = Object.assign(new Error('relation "orders" does not exist'), { code: "42P01" });
  const { response, body, logged } = await answerTo(missing);
  equal(response.status, 503);
  equal(response.headers.get("Retry-After"), "1");
  equal(body.code, "read-model-unavailable");
  ok(!body.detail.includes("orders"));
  deepEqual(logged.map(({ level, fields }) => [level, fields?.error]), [["warn", missing]]);
});

Deno.test("a bug is logged with its correlation id, and nothing of it leaves", async () => {
  const bug = new TypeError("secret is undefined");
  const { response, body, logged } = await answerTo(bug, { "X-Correlation-Id": "flow-1" });
  deepEqual(logged, [{
    level: "error",
    message: "Cannot answer a request: unexpected error",
    fields: { correlationId: "flow-1", error: bug },
  }]);
  equal(response.headers.get("X-Correlation-Id"), "flow-1");
  ok(!JSON.stringify(body).includes("secret"));
});

Deno.test("a flood of issues is cut", async () => {
  const issues = Array.from({ length: 5_000 }, (_, index) => ({
    path: `lines[${index}]`,
    message: "no",
  }));
  const { body } = await answerTo(new BadInput(issues));
  equal(body.errors.length, 100);
});

Deno.test("who hung up is no bug of ours", async () => {
  const controller = new AbortController();
  const { service, logged } = exampleService((app) => {
    app.get("/fails", (c) => {
      controller.abort();
      throw c.req.raw.signal.reason;
    });
  });
  await service(new Request("http://example/fails", { signal: controller.signal }));
  deepEqual(logged, []);
});
