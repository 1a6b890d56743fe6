import { time } from "@headwater/core";
import type { machine } from "@headwater/core";
import { InputRefused } from "./input_refused.ts";
import { InstanceDriver } from "./instance_driver.ts";
import type { Notice } from "./notice.ts";
import type { ParkedInputs } from "./parked_inputs.ts";
import type { ProcessInbox } from "./process_inbox.ts";
import type { ProcessRecords } from "./process_records.ts";
import type { ProcessRuntimeOptions } from "./process_runtime_options.ts";
import { isDriven, type Standing, standingOf, storable } from "./standing.ts";
import type { TargetPlaces } from "./target_places.ts";

export type DrivenInstancesOptions = Omit<ProcessRuntimeOptions, "records" | "clock" | "now"> & {
  readonly inbox: ProcessInbox;
  readonly parked: ParkedInputs;
  readonly places: TargetPlaces;
  /** So many begin at a time. */
  readonly recalling: machine.Places;
  readonly clock: time.Clock;
  /** Milliseconds since 1970. */
  now(): number;
  /** Others are driven by another process of the service. */
  owns(id: string): boolean;
  /** The position up to which the process has heard. */
  reached(): number;
  readonly note: ProcessRecords["note"];
  /** This became of an instance. */
  became(id: string, standing: Standing): void;
};

type Driven = {
  readonly driver: InstanceDriver;
  /** Aborts when it is to end. */
  readonly signal: AbortSignal;
  end(): void;
};

const longestPauseMs = 5_000;

/** The instances that have something to do, each with its driver, as long as the log is the one they are known from. */
export class DrivenInstances {
  readonly #options: DrivenInstancesOptions;
  readonly #drivers = new Map<string, Driven>();
  readonly #running = new Set<Promise<void>>();
  #isEnded = false;

  constructor(options: DrivenInstancesOptions) {
    this.#options = options;
  }

  /** Has them looked at that have something to do, or had: who only waits for what comes is not driven. */
  look(
    instances: ReadonlyMap<string, Standing>,
    { isFresh = false }: {
      /** What they have to do was surely not begun before, by whomever. */
      readonly isFresh?: boolean;
    } = {},
  ): void {
    for (const [id, standing] of instances) {
      if (isDriven(standing) || this.#drivers.has(id)) this.drive(id, { isFresh });
    }
  }

  /** It waits for something that it cannot take, and is not to be driven. */
  wake(id: string): void {
    this.#drivers.get(id)?.driver.wake();
  }

  /** Goes on with instances that are on record, by what the log has of them now. */
  resume(ids: Iterable<string>): void {
    for (const id of ids) {
      if (!this.#drivers.has(id)) this.drive(id, { isOnRecord: true });
      else this.#keep(this.#lookAgain(id));
    }
  }

  /** Ends those that another process drives from now on. */
  release(): void {
    for (const [id, driven] of this.#drivers) {
      if (this.#options.owns(id)) continue;
      this.#drivers.delete(id);
      driven.end();
    }
  }

  /** Starts a driver for the instance, or wakes the one it has. */
  drive(
    id: string,
    { isFresh = false, isOnRecord = false }: {
      /** What it has to do was surely not begun before. */
      readonly isFresh?: boolean;
      /** As a process left it that has ended: its record may be older than what it was told last. */
      readonly isOnRecord?: boolean;
    } = {},
  ): void {
    const { inbox, parked, owns, recalling, note, process, became } = this.#options;
    if (this.#isEnded || parked.isWaiting(id) || !owns(id)) return;
    if (this.#drivers.get(id)?.driver.wake()) return;
    // What it was told before is in the log, and not in what is heard again
    let isOld = isOnRecord || !isFresh && process.notice !== undefined;
    const ended = new AbortController();
    const driver = new InstanceDriver(id, {
      ...this.#options,
      random: this.#options.random,
      heard: this.#options.reached,
      recall: async () => {
        if (!isOld) return await recalling.take(() => inbox.recall(id));
        // What is known here may be from before another process told it more
        const loaded = await recalling.take(() => inbox.load(id));
        isOld = false;
        const standing = standingOf(process, loaded);
        const mayDiffer = process.notice !== undefined || process.versions !== undefined ||
          standing.finished;
        if (loaded.revision >= 0 && mayDiffer) became(id, standing);
        return loaded;
      },
      records: { note },
      notice: (id, notice) => this.#notice(id, notice),
      isResumed: !isFresh,
      isWaiting: () => parked.isWaiting(id) || !owns(id),
      signal: ended.signal,
    });
    function end(): void {
      ended.abort();
      driver.wake();
    }
    const driven = { driver, signal: ended.signal, end };
    this.#drivers.set(id, driven);
    this.#keep(this.#run(id, driven));
  }

  /** True for a step of an instance that still waits for its turn. */
  isUnsent(id: string, step: string): boolean {
    return this.#drivers.get(id)?.driver.isUnsent(step) === true;
  }

  /** Ends them all. */
  async end(): Promise<void> {
    this.#isEnded = true;
    for (const { end } of this.#drivers.values()) end();
    await Promise.all(this.#running);
  }

  async #notice(id: string, notice: Notice): Promise<void> {
    const { inbox, process, became } = this.#options;
    try {
      await inbox.notice(id, notice);
      became(id, standingOf(process, await inbox.recall(id)));
    } catch (error) {
      if (error instanceof InputRefused) {
        const cause = storable(`Cannot take what its step came to: ${error.message}`);
        const standing = standingOf(process, await inbox.recall(id));
        became(id, { ...standing, stuck: { by: "notice", cause } });
      }
      throw error;
    }
  }

  /** Another process may have told it what leaves more to do, also while it waits here. */
  async #lookAgain(id: string): Promise<void> {
    const { inbox, logger, process: { name: processManager }, recalling } = this.#options;
    try {
      const { revision } = await inbox.recall(id);
      const now = await recalling.take(() => inbox.load(id));
      if (now.revision > revision) this.wake(id);
    } catch (error) {
      logger.debug("an instance could not be looked at again", { processManager, id, error });
    }
  }

  #keep(work: Promise<void>): void {
    const running = work.finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #run(id: string, driven: Driven): Promise<void> {
    const { logger, process, random, clock } = this.#options;
    const { driver, signal } = driven;
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
        const longestMs = Math.min(longestPauseMs, 50 * 2 ** failures);
        await time.pause(random() * longestMs, { signal, clock });
      }
    }
    await driver.settled();
    if (this.#drivers.get(id) === driven) this.#drivers.delete(id);
  }
}
