import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type Service, time, Unavailable } from "@headwater/core";
import { manualClock } from "@headwater/testing";
import { attemptHeader, receivedAttempt } from "./attempt_header.ts";
import { createResilientClient } from "./resilient_client.ts";
import { clientTestBed } from "./testing/client_test_bed.ts";

function query(): Request {
  return new Request("http://service/x");
}

/** So many services, each of which asks the next one; the last one is `bottom`. */
function hops(count: number, bottom: Service) {
  const clock = manualClock();
  const breaker = { failureRatio: 1, minimumCalls: Infinity, windowMs: 10_000, openMs: 5_000 };
  let service = bottom;
  for (let hop = 0; hop < count; hop++) {
    const next = service;
    const client = createResilientClient({ call: (_, request) => next(request) }, {
      ...{ random: () => 0.5, clock, breaker },
    });
    service = (request) => handled(request, () => client.call("service", query()));
  }
  return { clock, top: service };
}

/** As a service handles a request: under its headers, and with a problem document for its failure. */
async function handled(request: Request, act: () => Promise<Response>): Promise<Response> {
  const { signal, headers } = request;
  const remainingMs = () => Infinity;
  try {
    const deadline = { signal, remainingMs, attempt: receivedAttempt(headers) };
    return await time.withinDeadline(deadline, act);
  } catch (error) {
    ok(error instanceof Unavailable);
    const { code, limit, retryAfter } = error;
    return Response.json({ code, limit }, {
      status: 503,
      headers: { "Retry-After": String(retryAfter) },
    });
  }
}

for (
  const [what, inFlight, rounds] of [
    ["together", 200, 1],
    ["one at a time", 1, 200],
    ["some at a time", 10, 20],
  ] as const
) {
  Deno.test(`a storm of calls through three hops to what fails is no storm at the bottom: ${what}`, async () => {
    let atBottom = 0;
    const { clock, top } = hops(3, () => {
      atBottom++;
      return Promise.resolve(new Response(null, { status: 503 }));
    });
    for (let round = 0; round < rounds; round++) {
      const calls = Array.from({ length: inFlight }, () => top(query()));
      await clock.advance(rounds === 1 ? 5_000 : 300);
      for (const { status } of await Promise.all(calls)) equal(status, 503);
    }
    const atTop = inFlight * rounds;
    ok(atBottom <= 1.3 * atTop, `${atBottom} at the bottom of ${atTop}`);
    ok(atBottom > atTop, "nothing was tried again");
  });
}

Deno.test("what is asked on behalf of a repetition is not tried again, and says which attempt it is", async () => {
  const { clock, requests, client } = clientTestBed(() =>
    Promise.resolve(new Response(null, { status: 503 }))
  );
  const behalf = { signal: new AbortController().signal, remainingMs: () => 5_000, attempt: 2 };
  await rejects(time.withinDeadline(behalf, () => client.call("order", query())), Unavailable);
  const direct = rejects(client.call("order", query()), Unavailable);
  await clock.advance(5_000);
  await direct;
  deepEqual(requests.map(({ headers }) => headers.get(attemptHeader)), ["2", null, "2", "3"]);
});

Deno.test("a pause holds no place: others are served meanwhile", async () => {
  const answers = [new Response(null, { status: 503 }), new Response("other"), new Response("one")];
  const { clock, client } = clientTestBed(() => Promise.resolve(answers.shift()!), {
    bulkhead: { running: 1, waiting: 0, longestWaitMs: 1_000 },
  });
  const one = client.call("order", query());
  await clock.advance(0);
  equal(client.describe()[0]?.running, 0);
  equal(await (await client.call("order", query())).text(), "other");
  await clock.advance(100);
  equal(await (await one).text(), "one");
});

Deno.test("who hangs up during a pause is told at once, and nothing is sent any more", async () => {
  const caller = new AbortController();
  const { clock, requests, client } = clientTestBed(() =>
    Promise.resolve(new Response(null, { status: 503 }))
  );
  const reason = new Error("gone");
  const refused = rejects(
    client.call("order", new Request("http://order/x", { signal: caller.signal })),
    (error) => error === reason,
  );
  await clock.advance(10);
  caller.abort(reason);
  await refused;
  equal(clock.pending(), 0);
  await clock.advance(10_000);
  equal(requests.length, 1);
});

Deno.test("a Retry-After beyond the time that is left ends it at once, one within is waited for", async () => {
  for (const [seconds, tries] of [["6", 1], ["3600", 1], ["1", 3], ["garbage", 3]] as const) {
    const headers = { "Retry-After": seconds };
    const { clock, requests, client } = clientTestBed(() =>
      Promise.resolve(new Response(null, { status: 503, headers }))
    );
    const refused = rejects(
      client.call("order", query()),
      (error) => error instanceof Unavailable && error.limit === (tries === 1 ? "total" : "tries"),
    );
    if (tries === 1) await refused;
    await clock.advance(10_000);
    await refused;
    equal(requests.length, tries, seconds);
  }
});

for (const status of [408, 425, 429]) {
  Deno.test(`${status} is tried again, and is the answer where it stays so`, async () => {
    const { clock, requests, client } = clientTestBed(() =>
      Promise.resolve(new Response("not now", { status }))
    );
    const call = client.call("order", query());
    await clock.advance(10_000);
    equal(await (await call).text(), "not now");
    equal(requests.length, 3);
  });
}

Deno.test("a spent budget is said, and no call is tried again before others have ended", async () => {
  const { clock, requests, client } = clientTestBed(
    () => Promise.resolve(new Response(null, { status: 503 })),
    {
      retry: {
        ...{ tries: 2, shortestPauseMs: 100, throttledPauseMs: 500, longestPauseMs: 2_000 },
        leastBudget: 1,
      },
    },
  );
  const calls = [1, 2, 3].map(() => client.call("order", query()));
  const outcomes = Promise.allSettled(calls);
  await clock.advance(10_000);
  const limits = (await outcomes).map((outcome) =>
    outcome.status === "rejected" && outcome.reason.limit
  );
  deepEqual(limits.toSorted(), ["budget", "budget", "tries"]);
  equal(requests.length, 4);
});
