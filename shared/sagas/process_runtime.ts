import type { Process } from "./process.ts";
import {
  type EventLog,
  type eventLog,
  type HealthCheck,
  type Log,
  type machine,
  type ServiceClient,
  time,
  Unavailable,
} from "@headwater/core";
import { InstanceDriver } from "./instance_driver.ts";
import { ProcessInbox } from "./process_inbox.ts";
import type { ProcessRecords } from "./process_records.ts";

/** A process, and what it gets from outside. */
export type ProcessRuntimeOptions = {
  readonly process: Process;
  /** May append to the process's own category. */
  readonly log: EventLog;
  readonly client: ServiceClient;
  readonly records: ProcessRecords;
  readonly logger: Log;
  /** For its pauses and its patience; default: real time. */
  readonly clock?: time.Clock;
  /** What the states that are kept in memory are paid from; default: one of its own. */
  readonly cacheBudget?: machine.CacheBudget;
  /** Uniform in [0, 1). */
  random(): number;
};

/** A process that runs until it is disposed. */
export type ProcessRuntime = AsyncDisposable & {
  readonly check: HealthCheck;
};

const longestPauseMs = 5_000;

/**
 * Runs a process manager: hears its inputs in commit order, keeps each instance's events in its own stream, and drives
 * every unfinished instance until its to-do list is empty; after a restart those that were unfinished go on.
 * Delivered at least once, effective once: ids of its events and commands are derived.
 */
export function startProcess(options: ProcessRuntimeOptions): ProcessRuntime {
  const runtime = new Runtime(options);
  return {
    check: { name: `process:${options.process.name}`, check: () => runtime.check() },
    [Symbol.asyncDispose]: () => runtime.stop(),
  };
}

class Runtime {
  readonly #options: ProcessRuntimeOptions;
  readonly #inbox: ProcessInbox;
  readonly #clock: time.Clock;
  readonly #stopped = new AbortController();
  readonly #drivers = new Map<string, InstanceDriver>();
  readonly #running = new Set<Promise<void>>();
  readonly #listening: Promise<void>;
  #trouble: unknown = new Error("has not started to listen yet");

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? time.realClock;
    this.#inbox = new ProcessInbox(options.process, options);
    this.#listening = this.#listenForEver();
  }

  check(): Promise<void> {
    return this.#trouble === undefined ? Promise.resolve() : Promise.reject(this.#trouble);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#listening;
    await Promise.all(this.#running);
  }

  async #listenForEver(): Promise<void> {
    const { logger, process, random } = this.#options;
    const { signal } = this.#stopped;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await this.#listen(() => {
          failures = 0;
          this.#trouble = undefined;
        });
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble = error;
        const level = error instanceof Unavailable ? "warn" : "error";
        logger[level]("process interrupted, will go on", { processManager: process.name, error });
        await this.#pause(random() * Math.min(longestPauseMs, 50 * 2 ** failures));
      }
    }
  }

  async #listen(progressed: () => void): Promise<void> {
    const { log, process, records } = this.#options;
    const { position, unfinished } = await records.load();
    for (const id of unfinished) this.#drive(id);
    const subscription = log.subscribe({
      after: position,
      categories: this.#inbox.categories,
      signal: this.#stopped.signal,
    });
    for await (const batch of subscription) {
      await this.#hear(batch);
      progressed();
    }
    if (this.#stopped.signal.aborted) return;
    throw new Unavailable(`Cannot go on with process "${process.name}": its subscription ended`);
  }

  async #hear(batch: eventLog.EventBatch): Promise<void> {
    const { process, records } = this.#options;
    const byInstance = new Map<string, (() => Promise<void>)[]>();
    for (const recorded of batch.events) {
      const addressed = this.#inbox.address(recorded);
      if (!addressed) continue;
      const { id, input } = addressed;
      const turns = byInstance.get(id) ?? [];
      turns.push(() => this.#inbox.hear(id, input));
      byInstance.set(id, turns);
    }
    // Instances do not depend on each other; the inputs of one are heard in their order.
    await Promise.all([...byInstance.values()].map(async (turns) => {
      for (const turn of turns) await turn();
    }));
    if (byInstance.size === 0 || batch.position === undefined) return;
    const instances = new Map<string, { finished: boolean }>();
    for (const id of byInstance.keys()) {
      const { state, revision } = await this.#inbox.load(id);
      if (revision === -1) continue;
      instances.set(id, { finished: process.finished(state) });
    }
    await records.save({ position: batch.position, instances });
    for (const [id, { finished }] of instances) {
      if (!finished || this.#drivers.has(id)) this.#drive(id);
    }
  }

  /** Starts a driver for the instance, or wakes the one it has. */
  #drive(id: string): void {
    if (this.#drivers.get(id)?.wake()) return;
    const driver = new InstanceDriver(id, {
      ...this.#options,
      random: this.#options.random,
      clock: this.#clock,
      inbox: this.#inbox,
      signal: this.#stopped.signal,
    });
    this.#drivers.set(id, driver);
    const running = this.#run(id, driver).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #run(id: string, driver: InstanceDriver): Promise<void> {
    const { logger, process, random } = this.#options;
    const { signal } = this.#stopped;
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await driver.run();
        break;
      } catch (error) {
        logger.warn("driving a process failed, will go on", {
          processManager: process.name,
          id,
          error,
        });
        await this.#pause(random() * Math.min(longestPauseMs, 50 * 2 ** failures));
      }
    }
    if (this.#drivers.get(id) === driver) this.#drivers.delete(id);
  }

  /** Cut short when the runtime stops. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#stopped;
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(ms, resolve);
    const abort = () => resolve();
    signal.addEventListener("abort", abort);
    await promise;
    cancel();
    signal.removeEventListener("abort", abort);
  }
}
