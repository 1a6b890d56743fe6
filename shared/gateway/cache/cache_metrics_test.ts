import { machine } from "@headwater/core";
import assert from "node:assert/strict";
import { openCached, things } from "../testing/cached_things.ts";

Deno.test("what became of each request of a cached route is counted", async () => {
  const meter = machine.prometheusMeter();
  const service = things();
  using gateway = openCached(service, { meter });
  await gateway.listening();
  const counted = async () => {
    const found = (await meter.page()).matchAll(
      /cache_answers_total{route="\/api\/things",outcome="(.*)"} (.*)/g,
    );
    return Object.fromEntries(Array.from(found, ([, outcome, count]) => [outcome, Number(count)]));
  };
  const none = { hit: 0, stale: 0, collapsed: 0, miss: 0, passed: 0 };
  assert.deepEqual(await counted(), none);
  await gateway.get("/api/things");
  await gateway.get("/api/things");
  await gateway.get("/api/things?unknown=1");
  assert.deepEqual(await counted(), { ...none, miss: 1, hit: 1, passed: 1 });
  await Promise.all([1, 2, 3].map(() => gateway.get("/api/things?q=x")));
  assert.deepEqual(await counted(), { ...none, miss: 2, hit: 1, passed: 1, collapsed: 2 });
});
