import { deadlineHeader } from "@headwater/resilience";
import { time } from "@headwater/core";
import { within } from "@headwater/testing";
import { deepEqual, equal } from "node:assert/strict";
import { exampleService, jsonRequest, validExampleOrder } from "./testing/example_service.ts";

function asking(path: string, timeout: string, method = "GET"): Request {
  return new Request(`http://example${path}`, { method, headers: { [deadlineHeader]: timeout } });
}

Deno.test("a handler that takes longer than its caller waits is told to stop, and the caller so", async () => {
  const stopped = Promise.withResolvers<unknown>();
  const { service, logged } = exampleService((app) => {
    app.get("/slow", (c) => {
      c.var.signal.addEventListener("abort", () => stopped.resolve(c.var.signal.reason));
      return new Promise(() => {});
    });
  });
  const answer = await within("the answer", service(asking("/slow", "30")));
  equal(answer.status, 504);
  const { code, detail } = await answer.json();
  deepEqual([code, detail], [
    "deadline-exceeded",
    "Cannot answer the request: no answer within 30 ms",
  ]);
  const reason = await within("the handler to be told", stopped.promise);
  equal((reason as Error).name, "DeadlineExceeded");
  deepEqual(logged.map(({ level }) => level), ["warn"]);
});

Deno.test("a request whose time was over before its turn came is not worked on", async () => {
  const waited = Promise.withResolvers<void>();
  const { service, handled, logged } = exampleService(undefined, {
    doorOf() {
      return async (_, next) => {
        await waited.promise;
        await next();
      };
    },
  });
  const answer = service(jsonRequest("/orders/1", {
    body: validExampleOrder,
    headers: { [deadlineHeader]: "15" },
  }));
  setTimeout(waited.resolve, 20);
  equal((await within("the answer", answer)).status, 504);
  equal(handled.length, 0);
  equal(logged.length, 1);
});

Deno.test("a request for which no time is left is not begun", async () => {
  const { service, handled } = exampleService();
  const answer = await service(jsonRequest("/orders/1", {
    body: validExampleOrder,
    headers: { [deadlineHeader]: "0" },
  }));
  equal(answer.status, 504);
  equal(handled.length, 0);
});

Deno.test("a handler knows how long its caller waits; a header that says nothing sensible is passed over", async () => {
  const { service } = exampleService((app) => {
    app.get("/left", (c) => c.text(String(Math.ceil(time.currentDeadline()!.remainingMs() / 100))));
  });
  const left = async (given: string) => await (await service(asking("/left", given))).text();
  equal(await left("5000"), "50");
  equal(await left("999999999"), "300");
  for (const given of ["-1", "1e9", "soon", ""]) equal(await left(given), "Infinity", given);
});

Deno.test("who hangs up ends the work as well", async () => {
  const begun = Promise.withResolvers<void>();
  const { service } = exampleService((app) => {
    app.get("/slow", async (c) => {
      begun.resolve();
      await time.aborted(c.var.signal);
      time.assertWanted();
      return c.text("in vain");
    });
  });
  const caller = new AbortController();
  const answer = service(new Request("http://example/slow", { signal: caller.signal }));
  await within("the handler", begun.promise);
  caller.abort();
  equal((await (await within("the answer", answer)).json()).code, "request-aborted");
});

Deno.test("one that waits for its key to be free waits no longer than its caller", async () => {
  const free = Promise.withResolvers<void>();
  const { service } = exampleService((app) => {
    app.post("/orders/:id/wait", async (c) => {
      c.set("endTurn", await c.var.turns.take(c.req.param("id"), c.var.signal));
      await free.promise;
      return c.text("had its turn");
    });
  });
  const path = "/orders/1/wait";
  const first = service(new Request(`http://example${path}`, { method: "POST" }));
  equal((await within("the second", service(asking(path, "20", "POST")))).status, 504);
  free.resolve();
  equal(await (await first).text(), "had its turn");
});

Deno.test("what a route does is known to be of its request, whatever it waits for", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const seen: unknown[] = [];
  const { service } = exampleService((app) => {
    app.get("/seen", async (c) => {
      await time.pause(0);
      seen.push(time.currentRequest());
      return c.body(null);
    });
  });
  for (const headers of [{ traceparent }, { traceparent: "junk" }] as const) {
    const asked = { headers: { "X-Correlation-Id": "mine", ...headers } };
    await service(new Request("http://example/seen", asked));
  }
  deepEqual(seen, [
    { correlationId: "mine", traceparent },
    { correlationId: "mine", traceparent: undefined },
  ]);
  equal(time.currentRequest(), undefined);
});
