import { deepEqual, equal } from "node:assert/strict";
import { type CommandContext, eventLog } from "@headwater/core";
import { exampleService, jsonRequest, validExampleOrder } from "./testing/example_service.ts";
import { identityHeader, identityText } from "./identity.ts";
import { claimIdempotencyKey } from "./key_claim.ts";
import { toldIdentity } from "./told_identity.ts";

const headers = { "Idempotency-Key": "key-1" };
const other = { ...validExampleOrder, customer: "Eve" };

Deno.test("the same request again goes on, as the same command", async () => {
  const { service, handled, log } = exampleService();
  for (let time = 0; time < 3; time++) {
    const response = await service(jsonRequest("/orders/1", { body: validExampleOrder, headers }));
    equal(response.status, 202);
  }
  equal(new Set(handled.map(({ context }) => context.commandId)).size, 1);
  equal(log.recorded.length, 1);
});

Deno.test("the same fields in another order are the same request", async () => {
  const { service } = exampleService();
  const { customer, lines } = validExampleOrder;
  for (const body of [{ customer, lines }, { lines, customer }]) {
    equal((await service(jsonRequest("/orders/1", { body, headers }))).status, 202);
  }
});

for (
  const [what, second] of [
    ["another body", jsonRequest("/orders/1", { body: other, headers })],
    ["another target", jsonRequest("/orders/2", { body: validExampleOrder, headers })],
  ] as const
) {
  Deno.test(`the same key with ${what} is refused and reaches nobody`, async () => {
    const { service, handled, log } = exampleService();
    await service(jsonRequest("/orders/1", { body: validExampleOrder, headers }));
    const response = await service(second);
    equal(response.status, 422);
    equal((await response.json()).code, "idempotency-key-reused");
    equal(handled.length, 1);
    equal(log.recorded.length, 1);
  });
}

Deno.test("without a key nothing is noted, and each request is a command of its own", async () => {
  const { service, handled, log } = exampleService();
  for (let time = 0; time < 2; time++) {
    await service(jsonRequest("/orders/1", { body: validExampleOrder }));
  }
  equal(new Set(handled.map(({ context }) => context.commandId)).size, 2);
  equal(log.recorded.length, 0);
});

Deno.test("bad input does not use up its key", async () => {
  const { service } = exampleService();
  const bad = await service(jsonRequest("/orders/1", { body: {}, headers }));
  equal(bad.status, 400);
  const good = await service(jsonRequest("/orders/1", { body: validExampleOrder, headers }));
  equal(good.status, 202);
});

Deno.test("of two different requests that race for a key exactly one gets it", async () => {
  const { service, handled } = exampleService();
  const answers = await Promise.all(
    [validExampleOrder, other].map((body) => service(jsonRequest("/orders/1", { body, headers }))),
  );
  deepEqual(answers.map(({ status }) => status).sort(), [202, 422]);
  equal(handled.length, 1);
});

Deno.test("a key is of whoever sends it: another's of the same name is another one", async () => {
  const { service, handled, log } = exampleService(undefined, {
    doorOf: toldIdentity,
  });
  const as = (actor: string, body: unknown) =>
    service(
      jsonRequest("/orders/1", { body, headers: { ...headers, [identityHeader]: told(actor) } }),
    );
  const answers = [
    await as("anna", validExampleOrder),
    await as("anna", validExampleOrder),
    await as("ben", other),
    await service(jsonRequest("/orders/1", { body: other, headers })),
  ];
  deepEqual(answers.map(({ status }) => status), [202, 202, 202, 202]);
  equal((await as("ben", validExampleOrder)).status, 422);
  equal(new Set(handled.map(({ context }) => context.commandId)).size, 3);
  equal(log.recorded.length, 3);
});

function told(actor: string): string {
  return identityText({ actor, roles: ["customer"], customerId: actor });
}

function newId(): string {
  return crypto.randomUUID();
}

const context: CommandContext = {
  commandId: "5b0f3f9e-4a0c-4f0e-8f43-0f9d5c1d1b11",
  correlationId: "flow-1",
};

Deno.test("a log that has forgotten the event's id still knows the request by its fingerprint", async () => {
  const log = eventLog.memoryLog();
  const claim = { service: "order", key: "key-1", fingerprint: "f", context, newId };
  await claimIdempotencyKey(log, claim);
  let renamed = 0;
  function renew(event: eventLog.NewEvent): eventLog.NewEvent {
    renamed += 1;
    return { ...event, id: crypto.randomUUID() };
  }
  const forgetful: Pick<typeof log, "append" | "read"> = {
    read: (...args) => log.read(...args),
    append: (stream, events, options) => log.append(stream, events.map(renew), options),
  };
  await claimIdempotencyKey(forgetful, claim);
  equal(renamed, 1);
  equal(log.recorded.length, 1);
});

Deno.test("a claim is an event in the service's own category of requests", async () => {
  const log = eventLog.memoryLog();
  await claimIdempotencyKey(log, {
    service: "order",
    key: "key-1",
    fingerprint: "f",
    context,
    newId,
  });
  const [claimed] = log.recorded;
  equal(claimed?.stream.startsWith("orderRequest-"), true);
  equal(claimed?.type, "RequestAccepted");
  deepEqual(claimed?.data, { fingerprint: "f" });
  equal(claimed?.metadata.$correlationId, "flow-1");
});

Deno.test("two services do not share their keys", async () => {
  const log = eventLog.memoryLog();
  await claimIdempotencyKey(log, { service: "order", key: "k", fingerprint: "a", context, newId });
  await claimIdempotencyKey(log, {
    service: "shipping",
    key: "k",
    fingerprint: "b",
    context,
    newId,
  });
  equal(log.recorded.length, 2);
});
