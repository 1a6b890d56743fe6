import { cache, type HealthCheck } from "@headwater/core";
import { getHeapStatistics } from "node:v8";

/** The budget of a process's caches: a quarter of what its heap may grow to (`--v8-flags=--max-old-space-size=…`). */
export function processCaches(): cache.Budget {
  return cache.budget(Math.floor(getHeapStatistics().heap_size_limit / 4));
}

/** Never fails: a full cache is no trouble. */
export function cachesCheck(budget: cache.Budget): HealthCheck {
  return {
    name: "caches",
    check: () => Promise.resolve(),
    observe: () => budget.usage(),
  };
}
