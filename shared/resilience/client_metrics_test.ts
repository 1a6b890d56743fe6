import { DeadlineExceeded, machine, Unavailable } from "@headwater/core";
import assert from "node:assert/strict";
import { meteredClient } from "./client_metrics.ts";
import type { ResilientClient } from "./resilient_client.ts";

function metered(answer: (request: Request) => Promise<Response>) {
  const meter = machine.prometheusMeter();
  const client: ResilientClient = {
    call: (_service, request) => answer(request),
    ...{ isolate() {}, release() {} },
    describe: () => [{
      ...{ service: "order", calls: "queries", breaker: "open", awaiting: 0 },
      ...{ running: 3, waiting: 2, places: 4 },
    }],
  };
  let now = 0;
  return {
    meter,
    client: meteredClient(client, { caller: "requests", meter, now: () => now += 30 }),
  };
}

for (
  const [what, outcome, answer] of [
    ["a refusal", "answered", () => Promise.resolve(new Response(null, { status: 409 }))],
    ["an answer of 500", "failed", () => Promise.resolve(new Response(null, { status: 500 }))],
    ["a bug", "failed", () => Promise.reject(new Error("bug"))],
    ["no answer in time", "late", () => Promise.reject(new DeadlineExceeded("Cannot call: late"))],
    ["nobody there", "unavailable", () => Promise.reject(new Unavailable("Cannot call: away"))],
    ["no place", "overloaded", refused("overloaded")],
    ["an open circuit", "circuit-open", refused("circuit-open")],
    ["a read model that is filled", "read-model-behind", refused("read-model-rebuilding")],
    ["a request that was broken off", "left", refused("request-aborted")],
  ] as const
) {
  Deno.test(`a call that ends in ${what} is counted once, as ${outcome}, and timed`, async () => {
    const { meter, client } = metered(answer);
    const request = new Request("http://order/api/orders/o1");
    await client.call("order", request).catch(() => {});
    const page = await meter.page();
    const at = 'caller="requests",target="order",calls="queries"';
    assert.deepEqual(page.match(/headwater_client_calls_total{.*/g), [
      `headwater_client_calls_total{${at},outcome="${outcome}"} 1`,
    ]);
    assert.ok(page.includes(`headwater_client_call_duration_seconds_sum{${at}} 0.03\n`), page);
  });
}

Deno.test("who has gone is not counted against the target, whatever came of it", async () => {
  const { meter, client } = metered(() => Promise.reject(new Error("aborted")));
  const signal = AbortSignal.abort();
  await client.call("order", new Request("http://order/", { method: "POST", signal })).catch(
    () => {},
  );
  assert.match(await meter.page(), /calls_total{.*calls="commands",outcome="left"} 1\n/);
});

Deno.test("it is seen how it stands with each target", async () => {
  const { meter } = metered(() => Promise.resolve(new Response()));
  const page = await meter.page();
  const at = 'caller="requests",target="order",calls="queries"';
  for (
    const line of [
      `headwater_client_breaker_state{${at},state="open"} 1`,
      `headwater_client_calls_running{${at}} 3`,
      `headwater_client_calls_waiting{${at}} 2`,
      `headwater_client_places{${at}} 4`,
    ]
  ) assert.ok(page.includes(`${line}\n`), page);
});

function refused(code: string): () => Promise<Response> {
  return () => Promise.reject(new Unavailable("Cannot call", { code }));
}
