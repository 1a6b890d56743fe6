import type { DatabaseSync, StatementSync } from "node:sqlite";
import { prepareArrays } from "./prepare_arrays.ts";

/** Position, stream, revision, id, type, recorded at, data, metadata. */
export type Row = [number, string, number, Uint8Array, string, number, string, string];

/** Measured: larger pages are no faster. */
const maxRows = 256;
const maxBytes = 1024 * 1024;

/**
 * A query for events that is read in pages of bounded size, since a page is read in one go.
 *
 * Not with `iterate`: in Deno 2.9 it takes a damaged page for the end, and it takes twice the time.
 */
export class PagedQuery {
  readonly #rows: StatementSync;
  readonly #bytes: StatementSync;

  /** `events` selects all columns of `events`; its last parameter is the limit. */
  constructor(
    database: DatabaseSync,
    { events, order }: { readonly events: string; readonly order: string },
  ) {
    this.#rows = prepareArrays(
      database,
      `
      select e.position, s.name, e.revision, e.id, e.type, e.recorded_at, e.data, e.metadata
      from (${events}) e cross join streams s on s.id = e.stream
      order by ${order}`,
    );
    this.#bytes = prepareArrays(
      database,
      `select sum(octet_length(data) + octet_length(metadata)) from (${events})`,
    );
  }

  page(parameters: readonly (string | number)[], limit: number): { rows: Row[]; last: boolean } {
    const wanted = Math.min(limit, maxRows);
    let count = wanted;
    while (count > 1 && this.#bytesOf([...parameters, count]) > maxBytes) {
      count = Math.ceil(count / 2);
    }
    const rows = this.#rows.all(...parameters, count) as unknown as Row[];
    return { rows, last: rows.length < count };
  }

  /** Known from the rows' headers: large content is not read for it. */
  #bytesOf(parameters: readonly (string | number)[]): number {
    const [bytes] = this.#bytes.get(...parameters) as unknown as [number | null];
    return bytes ?? 0;
  }
}
