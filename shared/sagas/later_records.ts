import { time } from "@headwater/core";
import type { ProcessCheckpoint } from "./process_checkpoint.ts";
import type { Heard } from "./process_records.ts";
import type { Standing } from "./standing.ts";

type Instances = Parameters<ProcessCheckpoint["save"]>[1];

export type LaterRecordsOptions = {
  readonly checkpoint: Pick<ProcessCheckpoint, "save" | "note">;
  /** Told once, of the first failure: nothing more is put on record then. */
  failed(error: unknown): void;
  /** Default: real time, whatever the process takes for it. */
  readonly clock?: time.Clock;
};

/** What was on record was forgotten meanwhile. */
export class RecordsForgotten extends Error {
  override readonly name = "RecordsForgotten";
}

/** Milliseconds; a process at work hears something every few of them, and would write as often. */
const gatherMs = 100;

/**
 * Puts on record what a process has heard, a little later and all that came meanwhile at once. Nothing waits for that: a
 * process that is killed before hears again what is in the log, and has decided the same already.
 */
export class LaterRecords {
  readonly #options: LaterRecordsOptions;
  #waiting: { heard: Heard | undefined; readonly instances: Map<string, Standing> } | undefined;
  #cancelTimer: (() => void) | undefined;
  #saving = Promise.resolve();
  #hasFailed = false;

  constructor(options: LaterRecordsOptions) {
    this.#options = options;
  }

  /** Everything up to `heard` was heard, and this became of the instances that it concerned. */
  add(heard: Heard, instances: Instances): void {
    this.#gather({ heard, instances });
  }

  /** This became of instances by what is no input of theirs. */
  note(instances: Instances): void {
    this.#gather({ heard: undefined, instances });
  }

  #gather(
    { heard, instances }: { readonly heard: Heard | undefined; readonly instances: Instances },
  ): void {
    const waiting = this.#waiting ??= { heard, instances: new Map() };
    waiting.heard = heard ?? waiting.heard;
    for (const [id, standing] of instances) {
      const known = waiting.instances.get(id);
      // What was known earlier may be told later
      if (!known || (standing.revision ?? Infinity) >= (known.revision ?? -1)) {
        waiting.instances.set(id, standing);
      }
    }
    const { clock = time.realClock } = this.#options;
    this.#cancelTimer ??= clock.after(gatherMs, () => this.flush().catch(() => {}));
  }

  /** Resolves when all that was added is on record. Errors: the first failure, `RecordsForgotten`. */
  flush(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    return this.#saving = this.#saving.then(() => this.#save());
  }

  /** The same for the last time, if it can be. */
  async close(): Promise<void> {
    await this.flush().catch(() => {});
  }

  async #save(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (!waiting) return;
    const { checkpoint, failed } = this.#options;
    const { heard, instances } = waiting;
    try {
      const isNoted = heard
        ? await checkpoint.save(heard, instances)
        : await checkpoint.note(instances);
      if (!isNoted) throw new RecordsForgotten("What was heard was forgotten");
    } catch (error) {
      if (!this.#hasFailed) failed(error);
      this.#hasFailed = true;
      throw error;
    }
  }
}
