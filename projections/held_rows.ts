import type { Row } from "./row_changes.ts";
import { nowhere, type Place } from "./place_index.ts";

/** A row that is in memory. */
export type HeldRow = {
  readonly key: string;
  /** Undefined: there is none, or none any more. */
  row: Row | undefined;
  /** Where the table has an earlier form of it. */
  place: Place;
  /** As what it counts in sums. */
  counted: Row | undefined;
  /** The table does not have it as it is. */
  isChanged: boolean;
  /** The lot in which it was touched last. */
  lot: number;
};

/** Measured in so many of them; the others are taken to be alike. */
const sampleEvery = 64;

/**
 * The rows that were touched last. Those that were not for a while are written and let go: what is written of a row
 * is mostly the last of it, and memory stays the same however many there are.
 */
export class HeldRows {
  readonly #limit: { readonly rows: number; readonly bytes: number };
  readonly #rows = new Map<string, HeldRow>();
  /** One more each time that rows leave. */
  #lot = 0;
  /** How many rows were touched in it. */
  #touched = 0;
  /** On their way into the table. */
  #leaving: readonly HeldRow[] = [];
  #samples = 0;
  #sampledBytes = 0;

  constructor(limit: { readonly rows: number; readonly bytes: number }) {
    this.#limit = limit;
  }

  /** About what one takes as JSON. */
  get bytesPerRow(): number {
    return this.#sampledBytes / Math.max(this.#samples, 1);
  }

  /** It is time for those to leave that were not touched for a while. */
  get isFull(): boolean {
    const { rows, bytes } = this.#limit;
    return this.#touched >= Math.min(rows, Math.max(bytes / Math.max(this.bytesPerRow, 1), 100));
  }

  /** Undefined: it must be looked for in the table. */
  get(key: string): HeldRow | undefined {
    const held = this.#rows.get(key);
    if (held && held.lot !== this.#lot) {
      held.lot = this.#lot;
      this.#touched++;
    }
    return held;
  }

  /** Holds a key of which nothing is known, or nothing is to be known. */
  add(key: string): HeldRow {
    const held: HeldRow = {
      key,
      row: undefined,
      place: nowhere,
      counted: undefined,
      isChanged: false,
      lot: this.#lot,
    };
    this.#rows.set(key, held);
    this.#touched++;
    return held;
  }

  /** Takes what the table has of it. */
  take(held: HeldRow, row: Row, place: Place): void {
    held.row = row;
    held.counted = row;
    held.place = place;
  }

  change(held: HeldRow, row: Row | undefined): void {
    if (row === held.row) return;
    held.row = row;
    held.isChanged = true;
    if (row && this.#touched % sampleEvery === 1) {
      this.#samples++;
      this.#sampledBytes += JSON.stringify(row).length;
    }
  }

  /** Those that are to be written, as they leave. What left before them must have arrived. */
  leave(): readonly HeldRow[] {
    this.#lot++;
    this.#touched = 0;
    this.#leaving = [...this.#rows.values()].filter(({ lot }) => lot < this.#lot - 1);
    return this.#leaving.filter(({ isChanged }) => isChanged);
  }

  /** What has left is in the table, and need not be held unless it was touched meanwhile. */
  arrived(): void {
    for (const { key, lot } of this.#leaving) if (lot < this.#lot - 1) this.#rows.delete(key);
    this.#leaving = [];
  }

  /** Those that the table does not have as they are; what has left must have arrived. */
  changed(): readonly HeldRow[] {
    return [...this.#rows.values()].filter(({ isChanged }) => isChanged);
  }
}
