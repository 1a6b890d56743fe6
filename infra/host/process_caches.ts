import { type HealthCheck, machine } from "@headwater/core";
import { getHeapStatistics } from "node:v8";

/** The budget of a process's caches: a quarter of what its heap may grow to (`--v8-flags=--max-old-space-size=…`). */
export function processCaches(): machine.CacheBudget {
  return machine.cacheBudget(Math.floor(getHeapStatistics().heap_size_limit / 4));
}

/** Never fails: a full cache is no trouble. */
export function cachesCheck(budget: machine.CacheBudget): HealthCheck {
  return {
    name: "caches",
    check: () => Promise.resolve(),
    observe() {
      const { heldBytes, ...usage } = budget.usage();
      return { ...usage, ...heldBytes };
    },
  };
}
