import { deepEqual, equal } from "node:assert/strict";
import { exampleService, jsonRequest } from "./testing/example_service.ts";

const commandId = "5b0f3f9e-4a0c-4f0e-8f43-0f9d5c1d1b11";
const causationId = "8c3b7f1a-52d4-4b8e-9d2f-7e6a1c0b9d33";

async function send(
  {
    path = "/commands/Charge",
    body = { amount: 5 } as unknown,
    headers = {} as Record<string, string>,
  },
) {
  const { service, handled } = exampleService();
  const response = await service(jsonRequest(path, { body, headers }));
  return {
    status: response.status,
    headers: response.headers,
    body: await response.json(),
    handled,
  };
}

Deno.test("a command is handled under the id it comes with", async () => {
  const { status, headers, body, handled } = await send({
    headers: {
      "Idempotency-Key": commandId.toUpperCase(),
      "X-Causation-Id": causationId,
      "X-Correlation-Id": "flow-1",
    },
  });
  equal(status, 202);
  deepEqual(body, { revision: 0 });
  equal(headers.get("ETag"), '"0"');
  equal(headers.get("X-Position"), "1");
  deepEqual(handled, [{
    data: { amount: 5 },
    context: { commandId, correlationId: "flow-1", causationId, actor: "anonymous" },
  }]);
});

Deno.test("a key that is no UUID gives one, always the same", async () => {
  const ids = [];
  for (let time = 0; time < 2; time++) {
    const { handled } = await send({ headers: { "Idempotency-Key": "order-7/charge" } });
    ids.push(handled[0]?.context.commandId);
  }
  equal(ids[0]?.length, 36);
  equal(ids[0], ids[1]);
});

Deno.test("a command without an id is refused", async () => {
  const { status, body, handled } = await send({});
  equal(status, 400);
  equal(body.errors[0].path, "Idempotency-Key");
  deepEqual(handled, []);
});

Deno.test("a command that the service does not have is unknown", async () => {
  for (const type of ["Refund", "toString", "__proto__", "constructor"]) {
    const { status, body } = await send({
      path: `/commands/${type}`,
      headers: { "Idempotency-Key": commandId },
    });
    equal(status, 404, type);
    equal(body.code, "command-unknown");
  }
});

Deno.test("data that does not fit the contract is refused", async () => {
  const { status, body, handled } = await send({
    body: { amount: -1 },
    headers: { "Idempotency-Key": commandId },
  });
  equal(status, 400);
  equal(body.errors[0].path, "amount");
  deepEqual(handled, []);
});

Deno.test("a causation id is a UUID", async () => {
  const { status, body } = await send({
    headers: { "Idempotency-Key": commandId, "X-Causation-Id": "junk" },
  });
  equal(status, 400);
  equal(body.errors[0].path, "X-Causation-Id");
});
