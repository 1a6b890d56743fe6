// deno-lint-ignore no-explicit-any -- rows are the view's own business
export type Row = Record<string, any>;

/**
 * The rows a worker is folding into: what it read or made, and which of them the table does not have yet.
 *
 * Rows read earlier stay right for as long as the checkpoint is where the worker left it, since nobody changes a row
 * without moving the checkpoint in the same transaction.
 */
export class RowChanges {
  readonly #rows = new Map<string, Row | undefined>();
  readonly #changed = new Set<string>();
  #samples = 0;
  #sampledBytes = 0;

  /** How many rows it holds. */
  get size(): number {
    return this.#rows.size;
  }

  /** How many of them the table does not have yet. */
  get changes(): number {
    return this.#changed.size;
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
    if (row === this.#rows.get(key)) return;
    this.#rows.set(key, row);
    this.#changed.add(key);
    if (row && this.#changed.size % 100 === 1) {
      this.#samples++;
      this.#sampledBytes += JSON.stringify(row).length;
    }
  }

  /** What to write, and which keys to delete. */
  outstanding(): { readonly written: readonly Row[]; readonly removed: readonly string[] } {
    const written: Row[] = [];
    const removed: string[] = [];
    for (const key of this.#changed) {
      const row = this.#rows.get(key);
      if (row) written.push(row);
      else removed.push(key);
    }
    return { written, removed };
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
