import { type Log, machine, type Recorded } from "@headwater/core";
import type { ParkedInput, ProcessLetters } from "./process_letters.ts";

/** More instances that wait, and it is the process that is at fault: it stops. */
export const mostWaiting = 1_000;

/** Which instances wait for an input that they cannot take: they hear nothing and do nothing, and others go on. */
export class ParkedInputs {
  readonly #letters: ProcessLetters;
  readonly #logger: Log;
  readonly #process: string;
  readonly #instances = new Set<string>();
  readonly #streams = new Set<string>();

  constructor(
    { records, logger, process }: {
      readonly records: { readonly letters: ProcessLetters };
      readonly logger: Log;
      readonly process: { readonly name: string };
    },
  ) {
    this.#letters = records.letters;
    this.#logger = logger;
    this.#process = process.name;
  }

  /** How many instances, and streams of which no instance is known. */
  get count(): number {
    return this.#instances.size + this.#streams.size;
  }

  /** A warning where instances wait. */
  health(): { readonly warning?: string } {
    if (this.count === 0) return {};
    return { warning: `Waiting for an input that they cannot take: ${this.count} (sagas list)` };
  }

  isWaiting(instance: string): boolean {
    return this.#instances.has(instance);
  }

  /** The input has to wait for another one. */
  isBehind({ stream }: Recorded, instance: string | undefined): boolean {
    if (this.count === 0) return false;
    return this.#streams.has(stream) || instance !== undefined && this.#instances.has(instance);
  }

  /** From here on others are behind it. */
  hold({ instance, recorded }: ParkedInput): void {
    if (instance === undefined) this.#streams.add(recorded.stream);
    else this.#instances.add(instance);
  }

  /** Puts on record what was held. Throws where too many instances wait. */
  async park(inputs: readonly ParkedInput[]): Promise<void> {
    if (inputs.length === 0) return;
    if (this.count > mostWaiting) {
      throw new Error(
        `Cannot go on: ${mostWaiting} instances wait, and no more may: ${inputs[0]!.cause}`,
      );
    }
    await this.#letters.park(inputs);
    for (const { instance, recorded, cause, isBehind } of inputs) {
      const { stream, revision, type, metadata } = recorded;
      const input = { stream, revision, type, ...machine.logIds(metadata) };
      const fields = { processManager: this.#process, instance, ...input, cause };
      if (!isBehind) this.#logger.error("an input is parked that a process cannot take", fields);
    }
  }

  /** Hears them all again in the order of the log, as far as that goes. Gives the instances that have heard something. */
  async tryAgain(
    hear: (
      inputs: readonly Recorded[],
    ) => Promise<{
      readonly instances: Iterable<string>;
      readonly letters: readonly ParkedInput[];
    }>,
  ): Promise<ReadonlySet<string>> {
    this.#instances.clear();
    this.#streams.clear();
    const heard = new Set<string>();
    for (const { recorded } of await this.#letters.load()) {
      const { instances, letters } = await hear([recorded]);
      for (const id of instances) heard.add(id);
      if (letters.length > 0) await this.park(letters);
      else await this.#letters.take(recorded.position);
    }
    return heard;
  }
}
