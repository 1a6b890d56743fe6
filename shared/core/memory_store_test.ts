import { manualClock, sharedStoreSuite } from "@headwater/testing";
import assert from "node:assert/strict";
import { memoryStore } from "./memory_store.ts";

sharedStoreSuite("memory", () => Promise.resolve(memoryStore()), Deno);

Deno.test("a value ends to the millisecond, and so does a window of counts", async () => {
  const clock = manualClock();
  await using store = memoryStore({ clock });
  await store.set("a", "1", { ttlMs: 100 });
  assert.deepEqual(await store.count("c", { windowMs: 100 }), { count: 1, resetMs: 100 });
  await clock.advance(99);
  assert.equal(await store.get("a"), "1");
  assert.deepEqual(await store.count("c", { windowMs: 100 }), { count: 2, resetMs: 1 });
  await clock.advance(1);
  assert.equal(await store.get("a"), undefined);
  assert.ok(await store.set("a", "2", { ttlMs: 100, ifAbsent: true }));
  assert.deepEqual(await store.count("c", { windowMs: 100 }), { count: 1, resetMs: 100 });
});

Deno.test("it takes no more than it may: what was used longest ago goes, counts stay", async () => {
  const maxBytes = 100_000;
  await using store = memoryStore({ maxBytes });
  await store.count("client", { windowMs: 60_000 });
  await store.set("kept", "x", { ttlMs: 60_000 });
  for (let entry = 0; entry < 1_000; entry++) {
    await store.set(`entry ${entry}`, "x".repeat(500), { ttlMs: 60_000 });
    assert.equal(await store.get("kept"), "x");
  }
  assert.equal(await store.get("entry 0"), undefined);
  assert.equal((await store.get("entry 999"))?.length, 500);
  assert.ok(store.bytes() <= maxBytes + 200, String(store.bytes()));
  assert.equal((await store.count("client", { windowMs: 60_000 })).count, 2);
});

Deno.test("what is too large is not kept, nor is what it was to replace", async () => {
  await using store = memoryStore({ maxBytes: 10_000 });
  await store.set("a", "small", { ttlMs: 60_000 });
  await store.set("a", "x".repeat(5_000), { ttlMs: 60_000 });
  assert.equal(await store.get("a"), undefined);
});
