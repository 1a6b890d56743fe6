import { type HealthCheck, machine } from "@headwater/core";
import { observeProcess } from "./process_metrics.ts";
import { Runtime } from "./process_runtime.ts";
import type { ProcessRuntimeOptions } from "./process_runtime_options.ts";
import { holdingStranded } from "./stranded.ts";

/** A process that runs until it is disposed. */
export type ProcessRuntime = AsyncDisposable & {
  readonly check: HealthCheck;
};

/**
 * Runs a process manager: hears its inputs in commit order, keeps each instance's events in its own stream, and drives
 * every unfinished instance until its to-do list is empty; after a restart those that were unfinished go on.
 * Delivered at least once, effective once: ids of its events and commands are derived.
 */
export function startProcess(options: ProcessRuntimeOptions): ProcessRuntime {
  const runtime = new Runtime({
    ...options,
    random: options.random,
    process: holdingStranded(options.process),
  });
  const { process: { name }, meter = machine.silentMeter, records } = options;
  const measured = observeProcess(meter, {
    saga: name,
    sums: () => records.sums(),
    behindMs: () => runtime.behindMs(),
  });
  return {
    check: { name: `process:${name}`, check: () => runtime.check() },
    async [Symbol.asyncDispose]() {
      measured[Symbol.dispose]();
      await runtime.stop();
    },
  };
}
