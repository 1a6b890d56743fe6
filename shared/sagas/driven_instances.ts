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
  /** All that was begun before is driven: what else has something to do has it from now on. */
  knowsUnfinished(): boolean;
  /** The position up to which the process has heard. */
  reached(): number;
  readonly note: ProcessRecords["note"];
  /** This became of an instance. */
  became(id: string, standing: Standing): void;
};

const longestPauseMs = 5_000;

/** The instances that have something to do, each with its driver, as long as the log is the one they are known from. */
export class DrivenInstances {
  readonly #options: DrivenInstancesOptions;
  readonly #drivers = new Map<string, InstanceDriver>();
  readonly #running = new Set<Promise<void>>();
  readonly #ended = new AbortController();

  constructor(options: DrivenInstancesOptions) {
    this.#options = options;
  }

  /** Has them looked at that have something to do, or had: who only waits for what comes is not driven. */
  look(instances: ReadonlyMap<string, Standing>): void {
    for (const [id, standing] of instances) {
      const isFresh = this.#options.knowsUnfinished();
      if (isDriven(standing) || this.#drivers.has(id)) this.drive(id, { isFresh });
    }
  }

  /** It waits for something that it cannot take, and is not to be driven. */
  wake(id: string): void {
    this.#drivers.get(id)?.wake();
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
    const { inbox, parked, recalling, note, process } = this.#options;
    if (this.#ended.signal.aborted || parked.isWaiting(id) || this.#drivers.get(id)?.wake()) return;
    let isOld = isOnRecord && process.notice !== undefined;
    const driver = new InstanceDriver(id, {
      ...this.#options,
      random: this.#options.random,
      heard: this.#options.reached,
      recall: async () => {
        const recalled = await recalling.take(() => inbox.recall(id));
        if (isOld && recalled.revision >= 0) {
          this.#options.became(id, standingOf(process, recalled));
        }
        isOld = false;
        return recalled;
      },
      records: { note },
      notice: (id, notice) => this.#notice(id, notice),
      isResumed: !isFresh,
      isWaiting: () => parked.isWaiting(id),
      signal: this.#ended.signal,
    });
    this.#drivers.set(id, driver);
    const running = this.#run(id, driver).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Ends them all. */
  async end(): Promise<void> {
    this.#ended.abort();
    for (const driver of this.#drivers.values()) driver.wake();
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

  async #run(id: string, driver: InstanceDriver): Promise<void> {
    const { logger, process, random, clock } = this.#options;
    const { signal } = this.#ended;
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
    if (this.#drivers.get(id) === driver) this.#drivers.delete(id);
  }
}
