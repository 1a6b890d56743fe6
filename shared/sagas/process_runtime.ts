import type { Process } from "./process.ts";
import {
  type EventLog,
  eventLog,
  type HealthCheck,
  type Log,
  machine,
  type ServiceClient,
  time,
  Unavailable,
} from "@headwater/core";
import { heardAtOnce } from "./heard_position.ts";
import { InstanceDriver } from "./instance_driver.ts";
import { LaterRecords, RecordsForgotten } from "./later_records.ts";
import { ProcessCheckpoint } from "./process_checkpoint.ts";
import { ParkedInputs } from "./parked_inputs.ts";
import { mostAtOnce, ProcessInbox } from "./process_inbox.ts";
import type { ProcessRecords } from "./process_records.ts";
import { TargetPlaces } from "./target_places.ts";

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
  readonly #checkpoint: ProcessCheckpoint;
  readonly #clock: time.Clock;
  readonly #stopped = new AbortController();
  readonly #drivers = new Map<string, InstanceDriver>();
  readonly #running = new Set<Promise<void>>();
  readonly #listening: Promise<void>;
  readonly #places: TargetPlaces;
  readonly #recalling = new machine.Places(mostAtOnce);
  readonly #parked: ParkedInputs;
  #inbox: ProcessInbox;
  #later: LaterRecords | undefined;
  #standstill = new AbortController();
  /** Ends what is driven. */
  #end: AbortSignal;
  /** The position up to which it has heard. */
  #reached = -1;
  /** Why it stands still, as operators were told. */
  #told: string | undefined;
  #trouble: unknown = new Error("has not started to listen yet");

  constructor(options: ProcessRuntimeOptions) {
    this.#options = options;
    this.#clock = options.clock ?? time.realClock;
    this.#inbox = new ProcessInbox(options.process, options);
    this.#parked = new ParkedInputs(options);
    this.#end = AbortSignal.any([this.#stopped.signal, this.#standstill.signal]);
    this.#places = new TargetPlaces({
      random: options.random,
      clock: this.#clock,
      signal: this.#stopped.signal,
    });
    this.#checkpoint = new ProcessCheckpoint({
      ...options,
      process: options.process.name,
      inputs: this.#inbox.categories,
    });
    this.#listening = this.#listenForEver();
  }

  check(): ReturnType<HealthCheck["check"]> {
    if (this.#trouble !== undefined) return Promise.reject(this.#trouble);
    return Promise.resolve(this.#parked.health());
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    for (const driver of this.#drivers.values()) driver.wake();
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
        if (error instanceof eventLog.ForeignPosition) await this.#standStill(error);
        else {
          this.#trouble = error;
          const level = error instanceof Unavailable ? "warn" : "error";
          logger[level]("process interrupted, will go on", { processManager: process.name, error });
        }
        await time.pause(random() * Math.min(longestPauseMs, 50 * 2 ** failures), {
          signal,
          clock: this.#clock,
        });
      }
    }
  }

  /** Until the process is stopped, or somebody has it hear everything again. */
  async #listen(progressed: () => void): Promise<void> {
    const { log, process, records } = this.#options;
    const { heard, stopped, unfinished, knowsUnfinished } = await this.#checkpoint.load();
    this.#reached = heard?.position ?? -1;
    this.#told = stopped;
    const head = await log.head();
    const interruption = new AbortController();
    const signal = AbortSignal.any([this.#stopped.signal, interruption.signal]);
    const { categories } = this.#inbox;
    let failure: unknown = new Unavailable(
      `Cannot go on with process "${process.name}": its subscription ended`,
    );
    function fail(error: unknown): void {
      if (!signal.aborted) failure = error;
      interruption.abort();
    }
    const later = new LaterRecords({ checkpoint: this.#checkpoint, failed: fail });
    this.#later = later;
    let finding: Promise<void> | undefined;
    let isTheLogHeard = false;
    try {
      const after = heard?.mark ?? heard?.position;
      for await (const batch of log.subscribe({ after, categories, signal })) {
        // Nothing is driven before that is known
        if (!isTheLogHeard) {
          isTheLogHeard = true;
          if (stopped !== undefined) await records.stop(undefined);
          const tried = await this.#parked.tryAgain((inputs) =>
            this.#inbox.hear(inputs, this.#parked)
          );
          await this.#checkpoint.note(await this.#inbox.standing(tried));
          for (const id of new Set([...unfinished, ...tried])) this.#drive(id);
        }
        await this.#hear(batch, later);
        this.#reached = batch.position ?? this.#reached;
        progressed();
        // What is new does not wait for what is old
        if (knowsUnfinished || (batch.position ?? 0) < (head ?? 0)) continue;
        finding ??= this.#findUnfinished(signal).catch(fail);
      }
    } finally {
      interruption.abort();
      await finding;
      await later.close();
    }
    if (this.#stopped.signal.aborted || failure instanceof RecordsForgotten) return;
    throw failure;
  }

  /** Nothing of what is known belongs to the log that there is now. */
  async #standStill({ message }: eventLog.ForeignPosition): Promise<void> {
    const { logger, process: { name: processManager }, records } = this.#options;
    this.#standstill.abort();
    this.#standstill = new AbortController();
    this.#end = AbortSignal.any([this.#stopped.signal, this.#standstill.signal]);
    for (const driver of this.#drivers.values()) driver.wake();
    this.#drivers.clear();
    this.#inbox = new ProcessInbox(this.#options.process, this.#options);
    const cause = `${message}: rehear "${processManager}", or put the log back that it heard`;
    const isKnown = this.#trouble instanceof Error && this.#trouble.message === cause;
    if (!isKnown) logger.error("process stands still", { processManager, cause });
    this.#trouble = new Error(cause);
    if (this.#told === cause) return;
    try {
      await records.stop(cause);
    } catch (error) {
      logger.warn("cannot note that a process stands still", { processManager, error });
    }
  }

  async #hear(
    { events, position, mark }: eventLog.EventBatch,
    later: LaterRecords,
  ): Promise<void> {
    const heard = new Set<string>();
    for (let at = 0; at < events.length; at += heardAtOnce) {
      const part = events.slice(at, at + heardAtOnce);
      const { instances, letters } = await this.#inbox.hear(part, this.#parked);
      for (const id of instances) heard.add(id);
      await this.#parked.park(letters);
      // They end, and drive nothing before that was heard
      for (const { instance } of letters) this.#drivers.get(instance ?? "")?.wake();
    }
    const isNews = heard.size > 0 || mark !== undefined && this.#checkpoint.lacksMark;
    if (position === undefined || !isNews) return;
    const instances = await this.#inbox.standing(heard);
    later.add({ position, mark }, instances);
    for (const [id, { finished }] of instances) {
      if (!finished || this.#drivers.has(id)) this.#drive(id);
    }
  }

  /** Looks through the process's own streams for what was begun and not finished, and goes on with it. */
  async #findUnfinished(signal: AbortSignal): Promise<void> {
    const { log, process, logger } = this.#options;
    // Most are finished, and will not be asked for again: what is kept of others must not go for them.
    const inbox = new ProcessInbox(process, {
      ...this.#options,
      cacheBudget: machine.cacheBudget(1),
    });
    let count = 0;
    for await (const page of log.readAll({ categories: [process.name], signal })) {
      const begun = page.filter(({ revision }) => revision === 0);
      const found = await inbox.standing(begun.map(({ stream }) => eventLog.idOf(stream)));
      const unfinished = new Map([...found].filter(([, { finished }]) => !finished));
      await this.#checkpoint.note(unfinished);
      // Some may have been finished before they were put on record.
      await this.#checkpoint.note(await this.#inbox.standing(unfinished.keys()));
      for (const id of unfinished.keys()) this.#drive(id);
      count += unfinished.size;
    }
    await this.#checkpoint.foundUnfinished();
    const { name: processManager } = process;
    logger.info("unfinished instances were found in the log", { processManager, count });
  }

  /** Starts a driver for the instance, or wakes the one it has. */
  #drive(id: string): void {
    if (this.#parked.isWaiting(id) || this.#drivers.get(id)?.wake()) return;
    const inbox = this.#inbox;
    const driver = new InstanceDriver(id, {
      ...this.#options,
      random: this.#options.random,
      clock: this.#clock,
      recall: () => this.#recalling.take(() => inbox.recall(id)),
      records: { note: (...hold) => this.#note(...hold) },
      places: this.#places,
      heard: () => this.#reached,
      isWaiting: () => this.#parked.isWaiting(id),
      signal: this.#end,
    });
    this.#drivers.set(id, driver);
    const running = this.#run(id, driver).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #note(...hold: Parameters<ProcessRecords["note"]>): Promise<void> {
    // Not before the instance itself is on record
    await this.#later?.flush();
    await this.#options.records.note(...hold);
  }

  async #run(id: string, driver: InstanceDriver): Promise<void> {
    const { logger, process, random } = this.#options;
    const signal = this.#end;
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
        await time.pause(random() * Math.min(longestPauseMs, 50 * 2 ** failures), {
          signal,
          clock: this.#clock,
        });
      }
    }
    if (this.#drivers.get(id) === driver) this.#drivers.delete(id);
  }
}
