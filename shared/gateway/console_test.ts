import type { EdgeRoutes } from "@headwater/http";
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
