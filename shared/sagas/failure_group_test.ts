import assert from "node:assert/strict";
import { failureGroup } from "./failure_group.ts";

Deno.test("causes that differ in ids, numbers and quoted values alone are one group", () => {
  const causes = [
    'Cannot charge "order-1": the provider answered 503 to 5c1e3f0a-0000-4000-8000-00000000000a',
    'Cannot charge "order-\\"2": the provider answered 502 to 5c1e3f0a-0000-4000-8000-00000000000b',
  ];
  assert.deepEqual([...new Set(causes.map(failureGroup))], [
    'Cannot charge "…": the provider answered # to …',
  ]);
  assert.notEqual(failureGroup("it is away"), failureGroup("it is late"));
  assert.equal(failureGroup(null), null);
});
