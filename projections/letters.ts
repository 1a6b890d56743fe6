import { type Log, machine, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { type LettersOf, type Parked, releaseOf } from "./letter.ts";
import { haveBecomeDue, loadParked } from "./letter_table.ts";
import { ParkedKeys } from "./parked_keys.ts";
import { tryLetters } from "./try_letters.ts";
import type { ViewTable } from "./view_table.ts";
import type { ActOf, Outcome } from "./worker_state.ts";
import type { LetterChanges } from "./write_changes.ts";

export type LettersOptions = {
  readonly view: View;
  readonly generation: LettersOf;
  readonly sql: Sql;
  readonly logger: Log;
  readonly mostParkedKeys?: number | undefined;
};

/** The letters of a worker: what it has parked, as the table has it and beyond. */
export class Letters {
  readonly parked: ParkedKeys;
  readonly #options: LettersOptions;
  readonly #of: LettersOf;
  readonly #release: string;

  constructor(options: LettersOptions) {
    this.#options = options;
    this.parked = new ParkedKeys(options.mostParkedKeys);
    const { name, generation } = options.generation;
    this.#of = { name, generation };
    this.#release = releaseOf(options.view);
  }

  /** As the table has them; what it does not have is forgotten. */
  async load(): Promise<Parked> {
    const { sql } = this.#options;
    const { lanes, areDue } = await loadParked(sql, { ...this.#of, release: this.#release });
    // Readers ask meanwhile
    this.parked.clear();
    this.parked.hold(lanes);
    return { parkedKeys: this.parked.count, areDue };
  }

  /** Somebody wants letters to be tried. */
  async areDue(): Promise<boolean> {
    return this.parked.count > 0 && await haveBecomeDue(this.#options.sql, this.#of);
  }

  /** What goes with rows that are written; `isMore`: the checkpoint moves on. */
  changes({ isMore }: { readonly isMore: boolean }): LetterChanges {
    return {
      of: this.#of,
      release: this.#release,
      added: isMore ? this.parked.outstanding : [],
      mayBeDue: this.parked.count > 0,
    };
  }

  /** That is written. */
  settle(changes: LetterChanges): void {
    if (changes.added.length === 0) return;
    for (const { key, class: kind, cause, recorded } of changes.added) {
      // Those that are only behind others are not worth a line
      if (kind === "behind") continue;
      const { stream, revision, type, metadata } = recorded;
      const ids = machine.logIds(metadata);
      const fields = { key, class: kind, cause, stream, revision, type, ...ids };
      this.#options.logger.warn("An event is parked that a read model cannot take", fields);
    }
    this.parked.settle();
  }

  /** Does what is due for the letters of one key; see `tryLetters`. */
  async try({ at, report }: ActOf<"retry">, table: ViewTable): Promise<Outcome> {
    const { sql, view, logger } = this.#options;
    const move = { ...this.#of, from: at, to: at, report, replay: undefined, leaves: false };
    const areDue = await tryLetters({
      ...{ sql, view, logger, table, move },
      ...{ of: this.#of, release: this.#release, parked: this.parked },
    });
    if (areDue === "moved") return { type: "moved" };
    return { type: "retried", parkedKeys: this.parked.count, areDue };
  }
}
