import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { Unavailable } from "@headwater/core";
import { clientTestBed } from "./testing/client_test_bed.ts";

function query(): Request {
  return new Request("http://payment/x");
}

Deno.test("of a thousand callers of a client whose circuit is half-open five reach the target, the others wait for nothing", async () => {
  let answer = () => Promise.resolve(new Response(null, { status: 500 }));
  const { clock, requests, client } = clientTestBed(() => answer());
  for (let call = 0; call < 20; call++) await client.call("payment", query());
  await rejects(client.call("payment", query()), { code: "circuit-open", retryAfter: 5 });
  await clock.advance(5_000);
  const there = Promise.withResolvers<void>();
  answer = async () => {
    await there.promise;
    return new Response("there");
  };
  requests.length = 0;
  const refused: unknown[] = [];
  const calls = Array.from(
    { length: 1_000 },
    () => client.call("payment", query()).catch((error) => refused.push(error)),
  );
  // No time passes
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  deepEqual([requests.length, refused.length], [5, 995]);
  for (const error of refused) ok(error instanceof Unavailable && error.code === "circuit-open");
  there.resolve();
  await Promise.all(calls);
  equal(client.describe()[0]?.breaker, "closed");
  equal(clock.pending(), 0);
});
