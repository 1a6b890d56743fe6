import type { DatabaseSync, StatementSync } from "node:sqlite";
import { prepareArrays } from "./prepare_arrays.ts";
import type { Content, JsonMark } from "./stored_event.ts";

/** Position, stream, revision, id, type, recorded at, data, metadata, JSON mark. */
export type Row = [
  number,
  string,
  number,
  string,
  string,
  number,
  Content,
  Content,
  JsonMark,
];

// The id as text: node:sqlite takes several times as long to hand over bytes.
const columns = `
  position, (select name from streams where streams.id = stream), revision, hex(id), type,
  recorded_at, data, metadata, json`;

/** Measured: larger pages are no faster. */
export const mostRows = 256;
export const mostBytes = 1024 * 1024;
/** So few events are read without asking for their size first: most reads are of the end of one stream. */
export const fewRows = 8;

/**
 * A query for events that is read in pages of bounded size, since a page is read in one go.
 *
 * Not with `iterate`: in Deno 2.9 it takes a damaged page for the end, and it takes twice the time.
 */
export class PagedQuery {
  readonly #rows: StatementSync;
  readonly #bytes: StatementSync;

  /** `select` makes a query for the columns given; its last parameter is the limit. */
  constructor(database: DatabaseSync, select: (columns: string) => string) {
    this.#rows = prepareArrays(database, select(columns));
    this.#bytes = prepareArrays(
      database,
      `select sum(octet_length(data) + octet_length(metadata)) from (${select("data, metadata")})`,
    );
  }

  page(parameters: readonly (string | number)[], limit: number): { rows: Row[]; last: boolean } {
    let count = Math.min(limit, mostRows);
    while (count > fewRows && this.#bytesOf([...parameters, count]) > mostBytes) {
      count = Math.max(fewRows, Math.floor(count / 2));
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
