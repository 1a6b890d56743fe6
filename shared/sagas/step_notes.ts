import { field, type Log } from "@headwater/core";
import type { Process } from "./process.ts";
import type { ProcessRecords } from "./process_records.ts";
import { storable, targetOf } from "./standing.ts";
import type { Step } from "./step.ts";

export const takenInVain = "it was taken, and no event has shown yet that it was done";

/** Characters of what another service said, or whoever is behind it. */
const longestCause = 1_000;

/** What somebody else said, as it can be kept everywhere. */
export function keptCause(cause: string): string {
  return field.outsideText(longestCause).parse(cause);
}

type NotesDependencies = {
  readonly process: Process;
  readonly records: Pick<ProcessRecords, "note">;
  readonly logger: Log;
};

/** Tells operators what holds an instance up. */
export class StepNotes {
  readonly #id: string;
  readonly #dependencies: NotesDependencies;
  #outstanding: readonly string[] = [];
  /** How often what is outstanding was sent, in all and since that was noted. */
  #sends = new Map<string, { readonly all: number; readonly unnoted: number }>();

  constructor(id: string, dependencies: NotesDependencies) {
    this.#id = id;
    this.#dependencies = dependencies;
  }

  /** These are outstanding now, and no others. */
  keep(steps: readonly Step[]): void {
    this.#outstanding = steps.map(({ name }) => name);
    const isOutstanding = new Set(this.#outstanding);
    for (const name of this.#sends.keys()) {
      if (!isOutstanding.has(name)) this.#sends.delete(name);
    }
  }

  /** It was sent; gives how often before. */
  count({ name }: Step): number {
    const { all, unnoted } = this.#sends.get(name) ?? { all: 0, unnoted: 0 };
    this.#sends.set(name, { all: all + 1, unnoted: unnoted + 1 });
    return all;
  }

  /** `cause`: the last answer, or what kept it from coming. Does not throw. */
  async note(
    step: Step,
    { state, cause }: { readonly state: "running" | "stuck"; readonly cause: string },
  ): Promise<void> {
    const { logger, process, records } = this.#dependencies;
    const { all, unnoted } = this.#sends.get(step.name) ?? { all: 1, unnoted: 1 };
    try {
      await records.note(this.#id, {
        ...targetOf(step),
        ...{ state, step: storable(step.name), outstanding: this.#outstanding, sent: unnoted },
        cause: keptCause(cause),
      });
      this.#sends.set(step.name, { all, unnoted: 0 });
    } catch (error) {
      const fields = { processManager: process.name, id: this.#id, step: step.name, cause };
      logger.warn("cannot note what holds a process up", { ...fields, error });
    }
  }
}
