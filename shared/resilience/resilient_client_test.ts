import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { DeadlineExceeded, type Service, Unavailable } from "@headwater/core";
import { BadAnswer } from "./bad_answer.ts";
import { WholeAnswer } from "./service_answer.ts";
import { clientTestBed } from "./testing/client_test_bed.ts";

function problem(status: number, code: string, retryAfter = "0"): Response {
  return Response.json({ status, code, detail: `because of ${code}` }, {
    status,
    headers: { "Retry-After": retryAfter },
  });
}

/** Answers with one after the other. */
function inTurn(...answers: (() => Response)[]): Service {
  return () => Promise.resolve(answers.shift()!());
}

const keyed = { method: "POST", headers: { "Idempotency-Key": "key-1" } };

Deno.test("a command with a key is sent again, with the same body and headers", async () => {
  const bodies: string[] = [];
  const answers = [problem(503, "unavailable"), new Response("done")];
  const { clock, requests, client } = clientTestBed(async (request) => {
    bodies.push(await request.text());
    return answers.shift()!;
  });
  const call = client.call(
    "payment",
    new Request("http://payment/commands/X", { ...keyed, body: '{"a":1}' }),
  );
  await clock.advance(1_000);
  equal(await (await call).text(), "done");
  deepEqual(bodies, ['{"a":1}', '{"a":1}']);
  equal(requests[1]?.headers.get("Idempotency-Key"), "key-1");
  equal(clock.pending(), 0);
});

Deno.test("a command without a key is sent once, its failure typed", async () => {
  const { requests, client } = clientTestBed(inTurn(() => problem(503, "database-down", "7")));
  const request = new Request("http://payment/x", { method: "POST", body: "{}" });
  await rejects(client.call("payment", request), (error) => {
    ok(error instanceof Unavailable);
    equal(error.code, "database-down");
    equal(error.retryAfter, 7);
    equal(error.message, "because of database-down");
    return true;
  });
  equal(requests.length, 1);
});

Deno.test("refusals and bugs of the target are answers, sent once", async () => {
  for (const status of [200, 404, 409, 412, 422, 500]) {
    const { requests, client } = clientTestBed(inTurn(() => problem(status, "some-code")));
    const answer = await client.call("order", new Request("http://order/x"));
    equal(answer.status, status);
    equal((await answer.json()).code, "some-code");
    equal(requests.length, 1);
  }
});

for (const code of ["read-model-behind", "feeds-full"]) {
  Deno.test(`"${code}" is passed on at once, and says nothing of the service`, async () => {
    const { requests, client } = clientTestBed(() => Promise.resolve(problem(503, code, "1")));
    for (let call = 1; call <= 20; call++) {
      await rejects(
        client.call("order", new Request("http://order/x")),
        (error) => error instanceof Unavailable && error.code === code,
      );
      equal(requests.length, call);
    }
    const [target] = client.describe();
    deepEqual([target?.breaker, target?.places], ["closed", untroubled()]);
  });
}

/** How many calls run at a time to a target that was never asked too much. */
function untroubled(): number | undefined {
  const { client } = clientTestBed(() => Promise.resolve(new Response()));
  client.call("order", new Request("http://order/x"));
  return client.describe()[0]?.places;
}

Deno.test("a 504 of the target is a deadline", async () => {
  const { client } = clientTestBed(inTurn(() => new Response("<html>", { status: 504 })));
  await rejects(
    client.call("order", new Request("http://order/x", { method: "POST" })),
    DeadlineExceeded,
  );
});

Deno.test("a command whose target hangs is not sent again: the caller is told", async () => {
  const { clock, requests, client } = clientTestBed(() => new Promise(() => {}));
  const refused = rejects(
    client.call("order", new Request("http://order/x", { ...keyed, body: "{}" })),
    new DeadlineExceeded('Cannot call service "order": no answer within 2000 ms', {
      limit: "attempt",
    }),
  );
  await clock.advance(2_000);
  await refused;
  equal(requests.length, 1);
  ok(requests[0]?.signal.aborted);
  const state = { breaker: "closed", running: 0, waiting: 0, places: 8, awaiting: 0 } as const;
  deepEqual(client.describe(), [{ service: "order", calls: "commands", ...state }]);
  equal(clock.pending(), 0);
});

Deno.test("a query whose target hangs is not repeated, and after twenty the next one learns it at once", async () => {
  const { clock, requests, client } = clientTestBed(() => new Promise(() => {}));
  for (let call = 0; call < 4; call++) {
    const refused = Array.from(
      { length: 5 },
      () => rejects(client.call("order", new Request("http://order/x")), DeadlineExceeded),
    );
    await clock.advance(2_000);
    await Promise.all(refused);
  }
  equal(requests.length, 20);
  await rejects(
    client.call("order", new Request("http://order/x")),
    (error) => error instanceof Unavailable && error.code === "circuit-open",
  );
  equal(requests.length, 20);
});

Deno.test("queries that fail leave commands alone, which need other things", async () => {
  const { clock, client } = clientTestBed((request) =>
    Promise.resolve(
      request.method === "GET" ? problem(503, "database-unavailable") : new Response("done"),
    )
  );
  for (let call = 0; call < 20; call++) {
    const refused = rejects(client.call("order", new Request("http://order/x")), Unavailable);
    await clock.advance(400);
    await refused;
  }
  equal((await client.call("order", new Request("http://order/x", keyed))).status, 200);
  deepEqual(client.describe().map(({ calls, breaker }) => [calls, breaker]), [
    ["queries", "open"],
    ["commands", "closed"],
  ]);
});

Deno.test("queries that wait for a read model hold no place, and so many may wait", async () => {
  const caughtUp = Promise.withResolvers<void>();
  const { client } = clientTestBed(async ({ headers }) => {
    if (headers.has("X-Min-Position")) await caughtUp.promise;
    return new Response("done");
  }, { bulkhead: { running: 1, waiting: 0, longestWaitMs: 1_000 }, mostAwaiting: 3 });
  const headers = { "X-Min-Position": "7", Prefer: "wait=15" };
  const waitingQuery = () => client.call("order", new Request("http://order/x", { headers }));
  const awaiting = [waitingQuery(), waitingQuery(), waitingQuery()];
  await rejects(
    waitingQuery(),
    (error) => error instanceof Unavailable && error.code === "overloaded",
  );
  equal((await client.call("order", new Request("http://order/x"))).status, 200);
  equal((await client.call("order", new Request("http://order/x", keyed))).status, 200);
  equal(client.describe().find(({ calls }) => calls === "queries")?.awaiting, 3);
  caughtUp.resolve();
  for (const answer of await Promise.all(awaiting)) equal(await answer.text(), "done");
});

Deno.test("commands and queries do not share their places", async () => {
  const answers = Promise.withResolvers<void>();
  const { client } = clientTestBed(async ({ method }) => {
    if (method === "GET") await answers.promise;
    return new Response("done");
  }, { bulkhead: { running: 1, waiting: 0, longestWaitMs: 1_000 } });
  const query = client.call("order", new Request("http://order/x"));
  equal((await client.call("order", new Request("http://order/x", keyed))).status, 200);
  answers.resolve();
  await query;
});

Deno.test("the total deadline ends a try that would have had longer", async () => {
  const { clock, client } = clientTestBed(() => new Promise(() => {}), { totalMs: 1_000 });
  const refused = rejects(client.call("order", new Request("http://order/x")), DeadlineExceeded);
  await clock.advance(1_000);
  await refused;
  equal(clock.pending(), 0);
});

Deno.test("a query that waits for its read model gets that time on top", async () => {
  const answer = Promise.withResolvers<Response>();
  const { clock, requests, client } = clientTestBed(() => answer.promise);
  const call = client.call(
    "order",
    new Request("http://order/x", { headers: { "X-Min-Position": "7", Prefer: "wait=20" } }),
  );
  await clock.advance(21_900);
  answer.resolve(new Response("there"));
  equal(await (await call).text(), "there");
  equal(requests.length, 1);
});

for (const declared of [true, false]) {
  Deno.test(`an answer that is too large is refused, and no more of it held (${declared ? "as it says" : "in pieces"})`, async () => {
    let given = 0;
    let isEnded = false;
    const { client, requests } = clientTestBed(() => {
      const body = new ReadableStream({
        pull(stream) {
          given++;
          stream.enqueue(new Uint8Array(1_000));
        },
        cancel: () => void (isEnded = true),
      });
      const headers = new Headers(declared ? { "Content-Length": "50000000" } : {});
      return Promise.resolve(new Response(body, { headers }));
    }, { longestAnswer: 10_000 });
    await rejects(client.call("payment", new Request("http://payment/x")), (error) => {
      return error instanceof BadAnswer && error.code === "answer-too-large";
    });
    equal(isEnded, true);
    ok(given <= (declared ? 3 : 13), `${given} pieces were taken`);
    equal(requests.length, 1);
    equal(client.describe()[0]?.breaker, "closed");
  });
}

Deno.test("an answer that breaks off in its body is tried again", async () => {
  const { clock, requests, client } = clientTestBed(inTurn(
    () => new Response(new ReadableStream({ pull: (controller) => controller.error("broken") })),
    () => new Response("whole"),
  ));
  const call = client.call("order", new Request("http://order/x"));
  await clock.advance(1_000);
  equal(await (await call).text(), "whole");
  equal(requests.length, 2);
});

Deno.test("an answer without a body keeps its status", async () => {
  const { client } = clientTestBed(inTurn(() => new Response(null, { status: 304 })));
  equal((await client.call("order", new Request("http://order/x"))).status, 304);
});

Deno.test("an event stream is passed on while it runs, and holds no place", async () => {
  const stream = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
  });
  const { clock, client } = clientTestBed(
    inTurn(() => new Response(stream, { headers: { "Content-Type": "text/event-stream" } })),
  );
  const answer = await client.call("order", new Request("http://order/x"));
  const reader = answer.body!.getReader();
  ok((await reader.read()).value);
  equal(clock.pending(), 0);
  equal(client.describe()[0]?.running, 0);
  await reader.cancel();
});

Deno.test("a dead target opens its own breaker, not that of others", async () => {
  const { clock, requests, client } = clientTestBed((request) =>
    request.url.startsWith("http://payment")
      ? Promise.reject(new Unavailable("down", { retryAfter: 0 }))
      : Promise.resolve(new Response())
  );
  for (let call = 0; call < 20; call++) {
    const request = new Request("http://payment/x", { method: "POST" });
    await rejects(client.call("payment", request), Unavailable);
  }
  await rejects(
    client.call("payment", new Request("http://payment/x", { method: "POST" })),
    (error) => error instanceof Unavailable && error.code === "circuit-open",
  );
  equal(requests.length, 20);
  equal((await client.call("order", new Request("http://order/x"))).status, 200);
  deepEqual(client.describe().map(({ service, breaker }) => [service, breaker]), [
    ["payment", "open"],
    ["order", "closed"],
  ]);
  equal(clock.pending(), 0);
});

Deno.test("more calls than run and wait are refused while the others go on", async () => {
  const answer = Promise.withResolvers<Response>();
  const { client } = clientTestBed(() => answer.promise.then((given) => given.clone()), {
    bulkhead: { running: 1, waiting: 1, longestWaitMs: 1_000 },
  });
  const calls = [1, 2].map(() => client.call("order", new Request("http://order/x")));
  await rejects(
    client.call("order", new Request("http://order/x")),
    (error) => error instanceof Unavailable && error.code === "overloaded",
  );
  answer.resolve(new Response("done"));
  equal((await Promise.all(calls)).length, 2);
});

Deno.test("an answer that is in memory already is given as it is, or not at all where it is too long", async () => {
  const whole = new WholeAnswer("whole", { headers: { "Content-Length": "5" } });
  const short = clientTestBed(() => Promise.resolve(whole), { longestAnswer: 5 });
  equal(await short.client.call("order", new Request("http://order/x")), whole);
  const long = new WholeAnswer("whole", { headers: { "Content-Length": "5" } });
  const shorter = clientTestBed(() => Promise.resolve(long), { longestAnswer: 4 });
  await rejects(shorter.client.call("order", new Request("http://order/x")), BadAnswer);
});
