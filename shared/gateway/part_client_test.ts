import { DeadlineExceeded, type Service, time, Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import assert from "node:assert/strict";
import { partClient } from "./part_client.ts";

function setUp(service: Service) {
  const clock = manualClock();
  const requests: Request[] = [];
  const deadlines: AbortSignal[] = [];
  const parts = partClient({
    call(_name, request) {
      requests.push(request);
      deadlines.push(time.currentDeadline()!.signal);
      return service(request);
    },
  }, clock);
  const client = {
    call: (service: string, request: Request, { usualMs = 2_000, ms = 2_000 } = {}) =>
      parts.call(service, request, { usualMs, ms }),
  };
  return { clock, requests, deadlines, client };
}

const silence: Service = () => new Promise(() => {});

function asking(headers: Record<string, string> = {}): Request {
  return new Request("http://payment/x", { headers });
}

function isOpen(error: unknown): boolean {
  return error instanceof Unavailable && error.code === "circuit-open";
}

Deno.test("a part has two seconds, the second caller learns at once that they were not enough", async () => {
  const { clock, requests, deadlines, client } = setUp(silence);
  const refused = assert.rejects(client.call("payment", asking()), DeadlineExceeded);
  await clock.advance(2_000);
  await refused;
  assert.ok(deadlines[0]!.aborted);
  await assert.rejects(client.call("payment", asking()), isOpen);
  assert.equal(requests.length, 1);
  assert.equal(clock.pending(), 0);
});

Deno.test("after a while one caller tries again, and when it works all do", async () => {
  let answer = silence;
  const { clock, client } = setUp((request) => answer(request));
  const refused = assert.rejects(client.call("payment", asking()), DeadlineExceeded);
  await clock.advance(2_000);
  await refused;
  await clock.advance(5_000);
  answer = () => Promise.resolve(new Response("paid"));
  for (const _ of [1, 2]) assert.equal((await client.call("payment", asking())).status, 200);
});

Deno.test("a part that was quick until now and then is silent costs one caller their time", async () => {
  let answer: Service = () => Promise.resolve(new Response("paid"));
  const { clock, client } = setUp((request) => answer(request));
  for (let call = 0; call < 100; call++) await client.call("payment", asking());
  answer = silence;
  const refused = assert.rejects(client.call("payment", asking()), DeadlineExceeded);
  await clock.advance(2_000);
  await refused;
  await assert.rejects(client.call("payment", asking()), isOpen);
});

Deno.test("one slow answer while others are quick closes nothing", async () => {
  let answer = silence;
  const { clock, client } = setUp((request) => answer(request));
  const refused = assert.rejects(client.call("payment", asking()), DeadlineExceeded);
  answer = () => Promise.resolve(new Response("paid"));
  for (const _ of [1, 2]) {
    await clock.advance(1_000);
    assert.equal((await client.call("payment", asking())).status, 200);
  }
  await refused;
  assert.equal((await client.call("payment", asking())).status, 200);
});

Deno.test("who gives a part less time than others has learned nothing, and other services have time of their own", async () => {
  const { clock, client } = setUp((request) =>
    request.url.startsWith("http://payment") ? silence(request) : Promise.resolve(new Response())
  );
  for (const _ of [1, 2]) {
    const refused = assert.rejects(
      client.call("payment", asking(), { usualMs: 2_000, ms: 500 }),
      DeadlineExceeded,
    );
    await clock.advance(499);
    assert.equal((await client.call("order", new Request("http://order/x"))).status, 200);
    await clock.advance(1);
    await refused;
  }
});

Deno.test("a service that says no at once is asked again", async () => {
  const { requests, client } = setUp(() => Promise.reject(new Unavailable("down")));
  for (const _ of [1, 2, 3]) {
    await assert.rejects(client.call("payment", asking()), (error) => !isOpen(error));
  }
  assert.equal(requests.length, 3);
});
