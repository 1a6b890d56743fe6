import { equal, match } from "node:assert/strict";
import { withSecret } from "./service_secret.ts";
import { exampleService, jsonRequest } from "./testing/example_service.ts";

const secret = "0123456789abcdef0123456789abcdef";

async function send(headers: Record<string, string>) {
  const { service, handled } = exampleService(() => {}, { admit: withSecret(secret) });
  const answer = await service(
    jsonRequest("/commands/Charge", {
      body: { amount: 5 },
      headers: { "Idempotency-Key": "key-1", ...headers },
    }),
  );
  return { answer, body: await answer.json(), handled };
}

Deno.test("a command that comes with the secret is handled", async () => {
  const { answer, handled } = await send({ "X-Service-Secret": secret });
  equal(answer.status, 202);
  equal(handled.length, 1);
});

for (
  const [what, headers] of [
    ["none", {}],
    ["an empty one", { "X-Service-Secret": "" }],
    ["a shorter one", { "X-Service-Secret": secret.slice(1) }],
    ["a longer one", { "X-Service-Secret": `${secret}0` }],
    ["one that ends otherwise", { "X-Service-Secret": secret.replace(/.$/, "x") }],
    ["one of other letters", { "X-Service-Secret": secret.toUpperCase() }],
  ] as const
) {
  Deno.test(`a command that comes with ${what} is not, and is not told the secret`, async () => {
    const { answer, body, handled } = await send(headers);
    equal(answer.status, 401);
    equal(answer.headers.get("WWW-Authenticate"), "X-Service-Secret");
    equal(body.code, "secret-wrong");
    match(body.detail, /X-Service-Secret is (missing|another one)/);
    equal(body.detail.includes(secret), false);
    equal(handled.length, 0);
  });
}

Deno.test("probes need no secret, nor does who reads the metrics, all else does", async () => {
  const { service } = exampleService(() => {}, {
    admit: withSecret(secret),
    metricsPage: () => Promise.resolve(""),
  });
  for (
    const [path, status] of [
      ["/health/live", 200],
      ["/health/ready", 200],
      ["/health/startup", 200],
      ["/metrics", 200],
      ["/metrics/x", 401],
      ["/orders", 401],
      ["/health", 401],
      ["/x/health/live", 401],
    ] as const
  ) {
    const answer = await service(new Request(`http://example${path}`));
    await answer.body?.cancel();
    equal(answer.status, status, path);
  }
});
