import type { EventLog } from "@headwater/core";
import { heardPosition } from "./heard_position.ts";
import { fromTheStart, type Heard, type ProcessRecords } from "./process_records.ts";

type Instances = Parameters<ProcessRecords["save"]>[0]["instances"];

/**
 * Where a process stands: by its records, or, where these are lost, by what the log itself shows. That tells what was
 * heard, but not which instances are unfinished: until these were found, no position is put on record.
 */
export class ProcessCheckpoint {
  readonly #records: ProcessRecords;
  readonly #shown: () => Promise<number | undefined>;
  #heard: Heard | undefined;
  /** Of that, what is on record. */
  #recorded: Heard | undefined;
  #knowsUnfinished = false;

  constructor(
    { records, log, process, inputs }: {
      readonly records: ProcessRecords;
      readonly log: EventLog;
      /** Its name. */
      readonly process: string;
      /** The categories that it hears. */
      readonly inputs: readonly string[];
    },
  ) {
    this.#records = records;
    this.#shown = () => heardPosition({ name: process, inputs }, log);
  }

  /** It would not be known again in a log that is put in the place of this one. */
  get lacksMark(): boolean {
    return this.#recorded !== undefined && this.#recorded.mark === undefined;
  }

  /** False: there may be instances that are begun and not on record. */
  get knowsUnfinished(): boolean {
    return this.#knowsUnfinished;
  }

  async load(): Promise<{
    /** Everything up to here was heard; undefined: nothing. */
    readonly heard: Heard | undefined;
    /** Why it stands still; undefined: it does not. */
    readonly stopped: string | undefined;
    /** Those that are on record. */
    readonly unfinished: readonly string[];
    /** False: there may be more, begun before that position, which have to be found. */
    readonly knowsUnfinished: boolean;
  }> {
    const { heard: recorded, stopped, unfinished } = await this.#records.load();
    const shown = recorded ? undefined : await this.#shown();
    this.#recorded = recorded;
    this.#heard = recorded?.position === fromTheStart ? undefined : recorded;
    if (shown !== undefined) this.#heard = { position: shown, mark: undefined };
    this.#knowsUnfinished = shown === undefined;
    return { heard: this.#heard, stopped, unfinished, knowsUnfinished: this.#knowsUnfinished };
  }

  /**
   * Everything up to `heard` was heard, and this became of the instances that it concerned. False: what was on record was
   * forgotten meanwhile.
   */
  async save(heard: Heard, instances: Instances): Promise<boolean> {
    this.#heard = heard;
    return this.#knowsUnfinished ? await this.#record(instances) : await this.note(instances);
  }

  /** Notes what became of instances that were begun before. */
  async note(instances: Instances): Promise<boolean> {
    if (instances.size === 0) return true;
    return await this.#records.save({ from: this.#recorded, to: undefined, instances });
  }

  /** All that are unfinished are on record. */
  async foundUnfinished(): Promise<void> {
    this.#knowsUnfinished = true;
    await this.#record(new Map());
  }

  async #record(instances: Instances): Promise<boolean> {
    const heard = this.#heard;
    if (!heard) return true;
    const isNoted = await this.#records.save({ from: this.#recorded, to: heard, instances });
    if (isNoted) this.#recorded = heard;
    return isNoted;
  }
}
