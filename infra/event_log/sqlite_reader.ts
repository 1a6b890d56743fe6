import type { DatabaseSync, StatementSync } from "node:sqlite";
import { bytesToUuid } from "./event_id.ts";
import { sizeOf, type StoredEvent } from "./stored_event.ts";

/** Measured: larger pages are hardly faster, and a page is read in one go. */
const pageEvents = 256;
/** A page ends here even if it could hold more events. */
const pageBytes = 1024 * 1024;

export type Page = {
  readonly events: readonly StoredEvent[];
  /** True when there was nothing further as it was read. */
  readonly last: boolean;
};

export type AllRange = {
  readonly after: number;
  readonly until: number;
  readonly limit: number;
  readonly categories: readonly string[] | undefined;
};

type Row = {
  position: number;
  stream: string;
  revision: number;
  id: Uint8Array;
  type: string;
  recorded_at: number;
  data: string;
  metadata: string;
};

const columns =
  `e.position, s.name as stream, e.revision, e.id, e.type, e.recorded_at, e.data, e.metadata`;
const joined = `events e join streams s on s.id = e.stream`;

/** Reads events a page at a time; each call is one synchronous read of bounded size. */
export class SqliteReader {
  readonly #database: DatabaseSync;
  readonly #forwards: StatementSync;
  readonly #backwards: StatementSync;
  readonly #all: StatementSync;
  readonly #ofCategories = new Map<number, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    const ofStream = `select ${columns} from ${joined} where s.name = ? and e.revision`;
    this.#forwards = database.prepare(`${ofStream} >= ? order by e.revision limit ?`);
    this.#backwards = database.prepare(`${ofStream} <= ? order by e.revision desc limit ?`);
    this.#all = database.prepare(
      `select ${columns} from ${joined}
       where e.position > ? and e.position <= ? order by e.position limit ?`,
    );
  }

  forwards(stream: string, from: number, limit: number): Page {
    return collect(this.#forwards, [stream, from], limit);
  }

  backwards(stream: string, from: number, limit: number): Page {
    return collect(this.#backwards, [stream, from], limit);
  }

  /** Events at positions greater than `after` and not beyond `until`. */
  all({ after, until, limit, categories }: AllRange): Page {
    if (!categories) return collect(this.#all, [after, until], limit);
    if (categories.length === 0) return { events: [], last: true };
    let statement = this.#ofCategories.get(categories.length);
    if (!statement) {
      statement = this.#database.prepare(categoriesSql(categories.length));
      this.#ofCategories.set(categories.length, statement);
    }
    return collect(statement, categories.flatMap((category) => [category, after, until]), limit);
  }
}

/** Merges the index's runs of each category, so no more of them is read than the page needs. */
function categoriesSql(count: number): string {
  const run = "select position from events where category = ? and position > ? and position <= ?";
  return `
    select ${columns}
    from (${Array(count).fill(run).join(" union all ")} order by position limit ?) p
      cross join events e on e.position = p.position
      cross join streams s on s.id = e.stream
    order by p.position`;
}

function collect(
  statement: StatementSync,
  parameters: readonly (string | number)[],
  limit: number,
): Page {
  const rows = Math.min(limit, pageEvents);
  const events: StoredEvent[] = [];
  let bytes = 0;
  for (const row of statement.iterate(...parameters, rows)) {
    const { recorded_at: recordedAt, ...rest } = row as Row;
    const event = { ...rest, id: bytesToUuid(rest.id), recordedAt };
    events.push(event);
    bytes += sizeOf(event);
    if (bytes > pageBytes) return { events, last: false };
  }
  return { events, last: events.length < rows };
}
