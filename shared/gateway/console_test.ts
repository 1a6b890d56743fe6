import { edge, type EdgeRoutes } from "@headwater/http";
import { within } from "@headwater/testing";
import { Hono } from "hono";
import assert from "node:assert/strict";
import { openGateway } from "./testing/open_gateway.ts";

Deno.test("a page that is kept up to date is told no more once whoever looks at it is not known any more", async () => {
  let until = Date.now();
  const events: EdgeRoutes = new Hono();
  events.get("/live", () => {
    const endless = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
    });
    return new Response(endless, { headers: { "Content-Type": "text/event-stream" } });
  });
  const { gateway } = openGateway(() => Promise.resolve(new Response()), {
    console: events,
    admitOperators: () => Promise.resolve({ actor: "otto", roles: ["operator"], until }),
  });
  const live = () => gateway(new Request("http://gateway/console/live"));
  await within("the stream to end", (await live()).text());
  until += 60_000;
  const reader = (await live()).body!.getReader();
  assert.equal(new TextDecoder().decode((await reader.read()).value), "data: 1\n\n");
  await reader.cancel();
});

Deno.test("a form that is sent after its session is over comes back after the login, and not as a problem document", async () => {
  const { gateway } = openGateway(() => Promise.resolve(new Response()), {
    console: new Hono(),
    login: new Hono(),
    admitOperators: () => Promise.reject(new edge.NotAdmitted("token-missing", "Cannot tell")),
  });
  const path = "/console/act?service=order&engine=sagas";
  const sent = (accept: string) =>
    gateway(
      new Request(`http://gateway${path}`, {
        method: "POST",
        headers: { Accept: accept },
        body: new URLSearchParams({ reason: "it is stuck" }),
      }),
    );
  const { status, headers } = await sent("text/html,*/*;q=0.8");
  const to = `/console/login?${new URLSearchParams({ returnTo: path })}`;
  assert.deepEqual([status, headers.get("Location")], [303, to]);
  assert.equal((await sent("application/json")).status, 401);
});
