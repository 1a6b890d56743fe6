// deno-lint-ignore no-explicit-any -- rows are the view's own business
export type Row = Record<string, any>;

export type Outstanding = {
  readonly written: readonly Row[];
  readonly removed: readonly string[];
  /** Rows that the table has of all these keys; none where nobody asked for them. */
  readonly replaced: readonly Row[];
};

/**
 * The rows a worker is folding into: what it read or made, and which of them the table does not have yet.
 *
 * Rows read earlier stay right for as long as the checkpoint is where the worker left it, since nobody changes a row
 * without moving the checkpoint in the same transaction.
 */
export class RowChanges {
  readonly #rows = new Map<string, Row | undefined>();
  /** With the row that the table has, where that matters. */
  readonly #changed = new Map<string, Row | undefined>();
  readonly #remembers: boolean;
  #samples = 0;
  #sampledBytes = 0;

  /** `remembers`: what it replaces, for sums. */
  constructor({ remembers = false }: { readonly remembers?: boolean } = {}) {
    this.#remembers = remembers;
  }

  /** How many rows it holds. */
  get size(): number {
    return this.#rows.size;
  }

  /** How many of them the table does not have yet. */
  get changes(): number {
    return this.#changed.size;
  }

  /** Of these rows. */
  get changedKeys(): readonly string[] {
    return [...this.#changed.keys()];
  }

  /** About how much there is to write, guessed from every hundredth row. */
  get bytes(): number {
    return this.#changed.size * this.#sampledBytes / Math.max(this.#samples, 1);
  }

  /** Which of these keys it knows nothing of. */
  missing(keys: readonly string[]): string[] {
    const missing = new Set<string>();
    for (const key of keys) if (!this.#rows.has(key)) missing.add(key);
    return [...missing];
  }

  /** Takes what the table has of these keys. */
  hold(keys: readonly string[], found: ReadonlyMap<string, Row>): void {
    for (const key of keys) this.#rows.set(key, found.get(key));
  }

  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  set(key: string, row: Row | undefined): void {
    const before = this.#rows.get(key);
    if (row === before) return;
    this.#rows.set(key, row);
    if (!this.#changed.has(key)) this.#changed.set(key, this.#remembers ? before : undefined);
    if (row && this.#changed.size % 100 === 1) {
      this.#samples++;
      this.#sampledBytes += JSON.stringify(row).length;
    }
  }

  /** What to write, and which keys to delete. */
  outstanding(): Outstanding {
    const written: Row[] = [];
    const removed: string[] = [];
    const replaced: Row[] = [];
    for (const [key, before] of this.#changed) {
      const row = this.#rows.get(key);
      if (row) written.push(row);
      else removed.push(key);
      if (before) replaced.push(before);
    }
    return { written, removed, replaced };
  }

  /** The table has them all now; they stay here. */
  settle(): void {
    this.#changed.clear();
    this.#samples = 0;
    this.#sampledBytes = 0;
  }

  clear(): void {
    this.#rows.clear();
    this.settle();
  }
}
