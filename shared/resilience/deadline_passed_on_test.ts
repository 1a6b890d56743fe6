import { manualClock } from "@headwater/testing";
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DeadlineExceeded, time } from "@headwater/core";
import { deadlineHeader } from "./deadline_header.ts";
import { createResilientClient } from "./resilient_client.ts";
import { clientTestBed } from "./testing/client_test_bed.ts";

/** Under a deadline of so many milliseconds, as a request is handled that says so. */
function within<Answer>(ms: number, act: () => Promise<Answer>): Promise<Answer> {
  const { signal } = new AbortController();
  return time.withinDeadline({ signal, remainingMs: () => ms }, act);
}

Deno.test("the target is told how long we wait, or less where less is left of the request that we are at", async () => {
  const { requests, client } = clientTestBed(() => Promise.resolve(new Response()));
  const asking = () =>
    client.call("order", new Request("http://order/x", { headers: { [deadlineHeader]: "9999" } }));
  const posting = () => client.call("order", new Request("http://order/x", { method: "POST" }));
  const headers = { "X-Min-Position": "7", Prefer: "wait=20" };
  await asking();
  await posting();
  await client.call("order", new Request("http://order/x", { headers }));
  await within(250, asking);
  await within(250, posting);
  await within(9_000, asking);
  deepEqual(requests.map((request) => request.headers.get(deadlineHeader)), [
    "1980",
    "1980",
    "21980",
    "230",
    "230",
    "1980",
  ]);
});

Deno.test("what a server was sent can be passed on, although it cannot be changed", async () => {
  const clock = manualClock();
  const received: (string | null)[] = [];
  await using service = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const inner = (_: string, { headers }: Request) => {
      received.push(headers.get(deadlineHeader));
      return Promise.resolve(new Response());
    };
    const client = createResilientClient({ call: inner }, { innerHeedsDeadline: true, clock });
    return client.call("order", request);
  });
  const answer = await fetch(`http://127.0.0.1:${service.addr.port}/x`);
  await answer.body?.cancel();
  deepEqual([answer.status, received], [200, ["1980"]]);
});

Deno.test("where hardly any time is left nobody is called", async () => {
  const { requests, client } = clientTestBed(() => Promise.resolve(new Response()));
  await rejects(
    within(25, () => client.call("order", new Request("http://order/x"))),
    new DeadlineExceeded('Cannot call service "order": no time is left for it', { limit: "total" }),
  );
  equal(requests.length, 0);
});

Deno.test("callers who wait for less than a service may take do not open its circuit", async () => {
  const { clock, client } = clientTestBed(() => new Promise(() => {}));
  for (let call = 0; call < 12; call++) {
    const refused = rejects(
      within(500, () => client.call("order", new Request("http://order/x"))),
      DeadlineExceeded,
    );
    await clock.advance(500);
    await refused;
  }
  equal(client.describe()[0]?.breaker, "closed");
});

Deno.test("a service that is too slow for many at a time is called by fewer, before its circuit opens", async () => {
  const { clock, client } = clientTestBed(async () => {
    const { running } = client.describe()[0]!;
    await time.pause(running > 8 ? 9_000 : 1_000, { clock });
    return new Response();
  });
  const asking = () => client.call("order", new Request("http://order/x"));
  const calls = Promise.allSettled(Array.from({ length: 18 }, asking));
  await clock.advance(20_000);
  ok((await calls).some(({ status }) => status === "rejected"));
  const { breaker, places } = client.describe()[0]!;
  deepEqual([breaker, places], ["closed", 8]);
  const answer = asking();
  await clock.advance(1_000);
  equal((await answer).status, 200);
});
