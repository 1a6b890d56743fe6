import { equal, rejects } from "node:assert/strict";
import type { Service, ServiceClient } from "@headwater/core";
import type { Registry } from "./registry.ts";
import { within } from "./within.ts";

/** A way to reach the service that is served. */
export type ServiceClientFixture = AsyncDisposable & { readonly client: ServiceClient };

/** What every way to reach a service owes its callers; `serve` makes the given service reachable as "example". */
export function serviceClientSuite(
  adapter: string,
  serve: (service: Service) => Promise<ServiceClientFixture>,
  { test }: Registry,
): void {
  test(`${adapter}: a request arrives as it was sent, its answer as it was given`, async () => {
    await using fixture = await serve(async (request) =>
      Response.json({
        method: request.method,
        path: new URL(request.url).pathname,
        query: new URL(request.url).search,
        correlationId: request.headers.get("X-Correlation-Id"),
        body: await request.text(),
      }, { status: 202, headers: { ETag: '"7"', Location: "/api/things/1" } })
    );
    const answer = await fixture.client.call(
      "example",
      new Request("http://example/things/%C3%A4%20b?q=1&q=2", {
        method: "POST",
        headers: { "X-Correlation-Id": "flow-1" },
        body: "päyload",
      }),
    );
    equal(answer.status, 202);
    equal(answer.headers.get("ETag"), '"7"');
    equal(answer.headers.get("Location"), "/api/things/1");
    equal(
      await answer.text(),
      JSON.stringify({
        method: "POST",
        path: "/things/%C3%A4%20b",
        query: "?q=1&q=2",
        correlationId: "flow-1",
        body: "päyload",
      }),
    );
  });

  test(`${adapter}: answers of every status are answers`, async () => {
    await using fixture = await serve((request) =>
      Promise.resolve(
        new Response(null, { status: Number(new URL(request.url).pathname.slice(1)) }),
      )
    );
    for (const status of [204, 304, 404, 409, 500, 503]) {
      const answer = await fixture.client.call("example", new Request(`http://example/${status}`));
      equal(answer.status, status);
      equal(await answer.text(), "");
    }
  });

  test(`${adapter}: a redirect is an answer, not followed`, async () => {
    await using fixture = await serve(() =>
      Promise.resolve(new Response(null, { status: 303, headers: { Location: "/elsewhere" } }))
    );
    const answer = await fixture.client.call("example", new Request("http://example/"));
    equal(answer.status, 303);
    equal(answer.headers.get("Location"), "/elsewhere");
    await answer.body?.cancel();
  });

  test(`${adapter}: a body of a megabyte passes both ways`, async () => {
    await using fixture = await serve(async (request) => new Response(await request.text()));
    const body = "x".repeat(1024 * 1024);
    const answer = await fixture.client.call(
      "example",
      new Request("http://example/", { method: "POST", body }),
    );
    equal((await answer.text()).length, body.length);
  });

  test(`${adapter}: an answer can be left half read`, async () => {
    const cancelled = Promise.withResolvers<void>();
    await using fixture = await serve(() =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            pull: (controller) => controller.enqueue(new TextEncoder().encode("tick\n")),
            cancel: () => cancelled.resolve(),
          }),
        ),
      )
    );
    const answer = await fixture.client.call("example", new Request("http://example/"));
    const reader = answer.body!.getReader();
    equal((await reader.read()).done, false);
    await reader.cancel();
    await within("the service to hear of it", cancelled.promise);
  });

  test(`${adapter}: who hangs up gets the reason at once`, async () => {
    const arrived = Promise.withResolvers<void>();
    const answers = Promise.withResolvers<Response>();
    await using fixture = await serve(() => {
      arrived.resolve();
      return answers.promise;
    });
    const controller = new AbortController();
    const call = fixture.client.call(
      "example",
      new Request("http://example/", { signal: controller.signal }),
    );
    const reason = new Error("the customer left");
    const refused = rejects(call, (error) => error === reason);
    await within("the request to arrive", arrived.promise);
    controller.abort(reason);
    await within("the caller to be told", refused);
    answers.resolve(new Response("too late"));
  });

  test(`${adapter}: who has hung up already sends nothing`, async () => {
    let calls = 0;
    await using fixture = await serve(() => Promise.resolve(new Response(String(++calls))));
    const reason = new Error("gone");
    await rejects(
      fixture.client.call(
        "example",
        new Request("http://example/", { signal: AbortSignal.abort(reason) }),
      ),
      (error) => error === reason,
    );
    equal(calls, 0);
  });

  test(`${adapter}: a service that nobody configured is named`, async () => {
    await using fixture = await serve(() => Promise.resolve(new Response()));
    await rejects(
      fixture.client.call("exmaple", new Request("http://exmaple/")),
      /Cannot call service "exmaple": .*example/,
    );
  });
}
