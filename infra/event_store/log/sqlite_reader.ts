import type { DatabaseSync } from "node:sqlite";
import { type BulkPage, BulkQuery } from "./bulk_query.ts";
import { PagedQuery, type Row } from "./paged_query.ts";
import type { StoredEvent } from "./stored_event.ts";

export type Page = {
  readonly events: readonly StoredEvent[];
  /** True when there was nothing further as it was read. */
  readonly last: boolean;
};

export type StreamRange = {
  readonly direction: "forwards" | "backwards";
  readonly from: number;
  readonly limit: number;
};

export type AllRange = {
  /** Of these, the last ones first; default: the first ones. */
  readonly isBackwards?: boolean;
  readonly after: number;
  readonly until: number;
  readonly limit: number;
  readonly categories: readonly string[] | undefined;
};

// Everywhere "limit ? + 0": for a bare parameter SQLite plans the query anew each time it is bound, twenty times the
// cost of a short read.
/** Reads events a page at a time; each call is one synchronous read of bounded size. */
export class SqliteReader {
  readonly #database: DatabaseSync;
  readonly #forwards: PagedQuery;
  readonly #backwards: PagedQuery;
  readonly #all: PagedQuery;
  readonly #allBackwards: PagedQuery;
  /** By the number of categories and the direction. */
  readonly #ofCategories = new Map<string, PagedQuery>();
  /** By the number of categories. */
  readonly #inBulk = new Map<number | undefined, BulkQuery>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#forwards = new PagedQuery(database, (columns) => `
      select ${columns} from events
      where stream = (select id from streams where name = ?) and revision >= ?
      order by revision limit ? + 0`);
    this.#backwards = new PagedQuery(database, (columns) => `
      select ${columns} from events
      where stream = (select id from streams where name = ?) and revision <= ?
      order by revision desc limit ? + 0`);
    const all = (order: string) => (columns: string) => `
      select ${columns} from events where position > ? and position <= ?
      order by position ${order} limit ? + 0`;
    this.#all = new PagedQuery(database, all("asc"));
    this.#allBackwards = new PagedQuery(database, all("desc"));
  }

  /** From revision `from` on, in the direction given. */
  stream(name: string, { direction, from, limit }: StreamRange): Page {
    const query = direction === "forwards" ? this.#forwards : this.#backwards;
    return toPage(query.page([name, from], limit));
  }

  /** Events at positions greater than `after` and not beyond `until`. */
  all({ isBackwards = false, after, until, limit, categories }: AllRange): Page {
    if (!categories) {
      return toPage((isBackwards ? this.#allBackwards : this.#all).page([after, until], limit));
    }
    if (categories.length === 0) return { events: [], last: true };
    const names = [...new Set(categories)];
    const order = isBackwards ? "desc" : "asc";
    const key = `${names.length} ${order}`;
    let query = this.#ofCategories.get(key);
    if (!query) {
      query = categoriesQuery(this.#database, { count: names.length, order });
      this.#ofCategories.set(key, query);
    }
    return toPage(query.page(names.flatMap((category) => [category, after, until]), limit));
  }

  /** A page as large as may be, for who reads a whole history. */
  bulk({ after, until, categories }: Omit<AllRange, "limit" | "isBackwards">): BulkPage {
    if (categories?.length === 0) return { events: [], end: undefined };
    const names = categories && [...new Set(categories)];
    const query = this.#inBulk.getOrInsertComputed(
      names?.length,
      (count) => new BulkQuery(this.#database, count),
    );
    return query.page(names?.flatMap((name) => [name, after, until]) ?? [after, until]);
  }
}

/** Merges what the index holds of each category, so no more of it is read than the page needs. */
function categoriesQuery(
  database: DatabaseSync,
  { count, order }: { readonly count: number; readonly order: "asc" | "desc" },
): PagedQuery {
  const one =
    "select position as at from events where category = ? and position > ? and position <= ?";
  const merged = `${Array(count).fill(one).join(" union all ")} order by at ${order} limit ? + 0`;
  return new PagedQuery(database, (columns) => `
    select ${columns} from (${merged}) cross join events on position = at order by at ${order}`);
}

function toPage({ rows, last }: { rows: Row[]; last: boolean }): Page {
  return { events: rows.map(toStored), last };
}

/** A row of `PagedQuery` as an event. */
export function toStored(
  [position, stream, revision, id, type, recordedAt, data, metadata, json]: Row,
): StoredEvent {
  return { position, stream, revision, id, type, recordedAt, data, metadata, json };
}
