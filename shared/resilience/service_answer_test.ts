import { rejects } from "node:assert/strict";
import { clientTestBed } from "./testing/client_test_bed.ts";

Deno.test("what a limit further on has refused says so here too, and nothing else is taken for one", async () => {
  const answers = [
    Response.json({ code: "overloaded", limit: "bulkhead" }, { status: 503 }),
    Response.json({ limit: "attempt" }, { status: 504 }),
    Response.json({ limit: { toString: 1 } }, { status: 504 }),
  ];
  const { client } = clientTestBed(() => Promise.resolve(answers.shift()!), {
    retry: { tries: 1, shortestPauseMs: 1, throttledPauseMs: 1, longestPauseMs: 1 },
  });
  for (const limit of ["bulkhead", "attempt", undefined]) {
    await rejects(client.call("order", new Request("http://order/x")), { limit });
  }
});
