import { deepEqual, rejects } from "node:assert/strict";
import { createResilientClient } from "@headwater/resilience";
import { callsCheck } from "./calls_check.ts";

Deno.test("calls show their breakers, as they are now", async () => {
  let status = 200;
  const client = createResilientClient({
    call: () => Promise.resolve(new Response(null, { status })),
  });
  const { observe } = callsCheck(client);
  deepEqual(observe?.(), {});
  await client.call("payment", new Request("http://payment/"));
  deepEqual(observe?.(), { "payment queries": "closed" });
  status = 503;
  while (client.describe()[0]?.breaker !== "open") {
    await rejects(client.call("payment", new Request("http://payment/")));
  }
  deepEqual(observe?.(), { "payment queries": "open" });
});
