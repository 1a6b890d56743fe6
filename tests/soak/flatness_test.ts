import { deepEqual } from "node:assert/strict";
import { growthOf, type Memory, type PartMemory } from "./flatness.ts";

const megabyte = 1024 * 1024;

Deno.test("what stays as it was is flat, and so is what fills its caches", () => {
  const before = memoryOf({ heap: 40, rss: 150, caches: 10 });
  deepEqual(growthOf(before, memoryOf({ heap: 45, rss: 160, caches: 10 })), []);
  deepEqual(growthOf(before, memoryOf({ heap: 95, rss: 220, caches: 64 })), []);
});

Deno.test("what grows beside its caches is told", () => {
  const before = memoryOf({ heap: 40, rss: 150, caches: 60 });
  deepEqual(growthOf(before, memoryOf({ heap: 80, rss: 300, caches: 64 })), [
    'Memory: what lives in the heap of "shop" grew by 36 MB beside its caches',
    'Memory: "shop" grew by 146 MB beside its caches',
  ]);
});

Deno.test("caches that shrink hide no growth", () => {
  const before = memoryOf({ heap: 80, rss: 150, caches: 60 });
  deepEqual(growthOf(before, memoryOf({ heap: 80, rss: 150, caches: 20 })), [
    'Memory: what lives in the heap of "shop" grew by 40 MB beside its caches',
  ]);
});

Deno.test("another process cannot be compared", () => {
  const before = memoryOf({ heap: 40, rss: 150, caches: 10 });
  const after = memoryOf({ heap: 20, rss: 100, caches: 0, pid: 2 });
  deepEqual(growthOf(before, after), ['Memory: "shop" is another process than before']);
});

function memoryOf(
  { heap, rss, caches, pid = 1 }: {
    readonly heap: number;
    readonly rss: number;
    readonly caches: number;
    readonly pid?: number;
  },
): Memory {
  const shop: PartMemory = {
    part: "shop",
    pid,
    heapBytes: heap * megabyte,
    rssBytes: rss * megabyte,
    cacheBytes: caches * megabyte,
  };
  return { parts: [shop], postgresBytes: 0 };
}
