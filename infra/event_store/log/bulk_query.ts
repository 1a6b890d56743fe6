import type { DatabaseSync, StatementSync } from "node:sqlite";
import { type BulkRow, LeanStoredEvent } from "./lean_event.ts";
import { prepareArrays } from "./prepare_arrays.ts";
import { type Content, isSystemEvent } from "./stored_event.ts";
import { StreamNames } from "./stream_names.ts";

/** Larger content than that is read by itself, so that a page is not too large, whatever there is in it. */
const mostBytes = 32 * 1024;
/** Measured: with more of them memory grows, and it is no faster. */
const rows = 512;

export type BulkPage = {
  /** Without system events. */
  readonly events: readonly LeanStoredEvent[];
  /** The last one that was looked at; undefined when there was nothing further as it was read. */
  readonly end: { readonly position: number; readonly id: string } | undefined;
};

/** A query for all events of some categories, in pages of as many events as may be, in one statement each. */
export class BulkQuery {
  readonly #page: StatementSync;
  readonly #content: StatementSync;
  readonly #names: StreamNames;

  /** Without categories: all events. */
  constructor(database: DatabaseSync, categories: number | undefined) {
    const columns = `
      position, stream, revision, hex(id), type, recorded_at,
      case when octet_length(data) <= ${mostBytes} then data end, metadata, json`;
    const one = `
      select position as at from events where category = ? and position > ? and position <= ?`;
    this.#page = prepareArrays(
      database,
      categories === undefined
        ? `select ${columns} from events where position > ? and position <= ?
          order by position limit ${rows}`
        : `select ${columns}
          from (${Array(categories).fill(one).join(" union all ")} order by at limit ${rows})
          cross join events on position = at order by at`,
    );
    this.#content = prepareArrays(database, "select data from events where position = ?");
    this.#names = new StreamNames(database);
  }

  page(parameters: readonly (string | number)[]): BulkPage {
    const found = this.#page.all(...parameters) as unknown as BulkRow[];
    const names = this.#names.of(found);
    const events: LeanStoredEvent[] = [];
    for (const row of found) {
      // Too large to be read with others
      row[6] ??= this.#dataAt(row[0]);
      const event = new LeanStoredEvent(row, names.get(row[1])!);
      if (!isSystemEvent(event)) events.push(event);
    }
    const last = found.length === rows ? found[rows - 1] : undefined;
    return { events, end: last && { position: last[0], id: last[3] } };
  }

  #dataAt(position: number): Content {
    const [data] = this.#content.get(position) as unknown as [Content];
    return data;
  }
}
