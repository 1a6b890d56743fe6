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
};

/** Measured in so many of them; the others are taken to be alike. */
const sampleEvery = 64;

/**
 * The rows that were touched last. Those that were not for a while are written and let go: what is written of a row
 * is mostly the last of it, and memory stays the same however many there are.
 */
export class HeldRows {
  readonly #limit: { readonly rows: number; readonly bytes: number };
  #young = new Map<string, HeldRow>();
  #old = new Map<string, HeldRow>();
  /** On their way into the table. */
  #leaving = new Map<string, HeldRow>();
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
    return this.#young.size >= Math.min(rows, Math.max(bytes / Math.max(this.bytesPerRow, 1), 100));
  }

  /** Undefined: it must be looked for in the table. */
  get(key: string): HeldRow | undefined {
    const young = this.#young.get(key);
    if (young) return young;
    const older = this.#old.get(key);
    if (older) this.#old.delete(key);
    const held = older ?? this.#leaving.get(key);
    if (held) this.#young.set(key, held);
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
    };
    this.#young.set(key, held);
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
    if (row && this.#young.size % sampleEvery === 1) {
      this.#samples++;
      this.#sampledBytes += JSON.stringify(row).length;
    }
  }

  /** Those that are to be written, as they leave. What left before them must have arrived. */
  leave(): readonly HeldRow[] {
    this.#leaving = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    return [...this.#leaving.values()].filter(({ isChanged }) => isChanged);
  }

  /** What has left is in the table. */
  arrived(): void {
    this.#leaving = new Map();
  }

  /** Those that the table does not have as they are; what has left must have arrived. */
  changed(): readonly HeldRow[] {
    return [...this.#old.values(), ...this.#young.values()].filter(({ isChanged }) => isChanged);
  }
}
