import type { DatabaseSync, StatementSync } from "node:sqlite";
import { prepareArrays } from "./prepare_arrays.ts";

/** In some 10 MB. */
const mostNames = 50_000;
/** Measured: what one takes in memory. */
const bytesPerName = 130;

/** Names of streams by their numbers, remembered: to find them for a page takes as much time as all the rest of it. */
export class StreamNames {
  readonly #unknown: StatementSync;
  readonly #names = new Map<number, string>();

  constructor(database: DatabaseSync) {
    this.#unknown = prepareArrays(
      database,
      "select id, name from streams where id in (select value from json_each(?))",
    );
  }

  /** What they take in memory, estimated. */
  get bytes(): number {
    return this.#names.size * bytesPerName;
  }

  /** The names of all these, and others. */
  of(
    rows: readonly (readonly [position: number, stream: number, ...rest: unknown[]])[],
  ): ReadonlyMap<number, string> {
    if (this.#names.size >= mostNames) this.#names.clear();
    const unknown = new Set<number>();
    for (const [, stream] of rows) if (!this.#names.has(stream)) unknown.add(stream);
    if (unknown.size === 0) return this.#names;
    const read = this.#unknown.all(JSON.stringify([...unknown])) as unknown as [number, string][];
    for (const [stream, name] of read) this.#names.set(stream, name);
    return this.#names;
  }
}
