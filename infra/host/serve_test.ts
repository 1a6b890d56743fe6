import assert from "node:assert/strict";
import { silentLog } from "@headwater/core";
import { within } from "@headwater/testing";
import { serve } from "./serve.ts";

Deno.test("a port that somebody has is named, and who listens there goes on", async () => {
  const options = { host: "127.0.0.1", logger: silentLog };
  await using first = serve(() => Promise.resolve(new Response("first")), { ...options, port: 0 });
  const { port } = new URL(first.url);
  assert.throws(
    () => serve(() => Promise.resolve(new Response()), { ...options, port: Number(port) }),
    { message: `Cannot listen on "127.0.0.1:${port}": another process has that port` },
  );
  const answer = await within("the first one to answer", fetch(first.url));
  assert.equal(await answer.text(), "first");
});

Deno.test("a request that hangs is answered when the server stops, which it then does", async () => {
  const asked = Promise.withResolvers<void>();
  const server = serve(() => {
    asked.resolve();
    return new Promise<Response>(() => {});
  }, { host: "127.0.0.1", port: 0, logger: silentLog });
  const answer = fetch(server.url);
  await within("the request", asked.promise);
  await within("the end", server[Symbol.asyncDispose](), { ms: 5_000 });
  const response = await within("the answer", answer);
  await response.body?.cancel();
  assert.equal(response.status, 503);
});
