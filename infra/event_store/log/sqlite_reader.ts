import type { DatabaseSync } from "node:sqlite";
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
  /** By the number of categories. */
  readonly #ofCategories = new Map<number, PagedQuery>();

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
    this.#all = new PagedQuery(database, (columns) => `
      select ${columns} from events where position > ? and position <= ? order by position limit ? + 0`);
  }

  /** From revision `from` on, in the direction given. */
  stream(name: string, { direction, from, limit }: StreamRange): Page {
    const query = direction === "forwards" ? this.#forwards : this.#backwards;
    return toPage(query.page([name, from], limit));
  }

  /** Events at positions greater than `after` and not beyond `until`. */
  all({ after, until, limit, categories }: AllRange): Page {
    if (!categories) return toPage(this.#all.page([after, until], limit));
    if (categories.length === 0) return { events: [], last: true };
    const names = [...new Set(categories)];
    let query = this.#ofCategories.get(names.length);
    if (!query) {
      query = categoriesQuery(this.#database, names.length);
      this.#ofCategories.set(names.length, query);
    }
    return toPage(query.page(names.flatMap((category) => [category, after, until]), limit));
  }
}

/** Merges what the index holds of each category, so no more of it is read than the page needs. */
function categoriesQuery(database: DatabaseSync, count: number): PagedQuery {
  const one =
    "select position as at from events where category = ? and position > ? and position <= ?";
  const merged = `${Array(count).fill(one).join(" union all ")} order by at limit ? + 0`;
  return new PagedQuery(database, (columns) => `
    select ${columns} from (${merged}) cross join events on position = at order by at`);
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
