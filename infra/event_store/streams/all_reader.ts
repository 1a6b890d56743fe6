import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { BulkRow } from "../log/lean_event.ts";
import { fewRows, mostBytes, mostRows, PagedQuery } from "../log/paged_query.ts";
import { prepareArrays } from "../log/prepare_arrays.ts";
import { toStored } from "../log/sqlite_reader.ts";
import type { StoredEvent } from "../log/stored_event.ts";
import { StreamNames } from "../log/stream_names.ts";
import { type EventFilter, isHidden } from "./event_filter.ts";

export type AllRange = {
  readonly direction: "forwards" | "backwards";
  /** Forwards: the first position looked at. Backwards: the first one not looked at. */
  readonly from: number;
  readonly limit: number;
  readonly filter?: EventFilter | undefined;
};

export type AllPage = {
  readonly events: readonly StoredEvent[];
  /** `from` of what follows. */
  readonly next: number;
  /** True when there was nothing further as it was read. */
  readonly last: boolean;
  /** Positions of the events that were looked at, wanted or not, in order; only kept for a filter. */
  readonly considered: readonly number[];
};

/** Position, stream, type, and how large its content is: known from the row's header, which alone is read. */
type Outline = [position: number, stream: number, type: string, bytes: number];

/** Looked at for a page of what a filter lets pass; in one go no more than there is room for, and at least a few. */
const mostOutlines = 2_048;
const fewOutlines = 64;

/** Reads the whole log. */
export class AllReader {
  readonly #names: StreamNames;
  readonly #forwards: PagedQuery;
  readonly #backwards: PagedQuery;
  readonly #outlineForwards: StatementSync;
  readonly #outlineBackwards: StatementSync;
  readonly #chosen: StatementSync;

  constructor(database: DatabaseSync) {
    this.#names = new StreamNames(database);
    // The event at position 0 is no part of the log: it says which one it is
    const forwards = "position >= max(1, ?) order by position";
    const backwards = "position > 0 and position < ? order by position desc";
    this.#forwards = new PagedQuery(
      database,
      (columns) => `select ${columns} from events where ${forwards} limit ? + 0`,
    );
    this.#backwards = new PagedQuery(
      database,
      (columns) => `select ${columns} from events where ${backwards} limit ? + 0`,
    );
    const outline = `
      select position, stream, type, octet_length(data) + octet_length(metadata) from events where`;
    this.#outlineForwards = prepareArrays(database, `${outline} ${forwards} limit ? + 0`);
    this.#outlineBackwards = prepareArrays(database, `${outline} ${backwards} limit ? + 0`);
    this.#chosen = prepareArrays(
      database,
      `select position, stream, revision, hex(id), type, recorded_at, data, metadata, json
       from (select value as wanted, key as place from json_each(?))
       cross join events on position = wanted order by place`,
    );
  }

  /** What names that are remembered take in memory, estimated. */
  get bytes(): number {
    return this.#names.bytes;
  }

  read(range: AllRange): AllPage {
    if (range.filter) return this.#filtered(range, range.filter);
    const { direction, from, limit } = range;
    const query = direction === "forwards" ? this.#forwards : this.#backwards;
    const { rows, last } = query.page([from], limit);
    const next = nextAfter(rows.at(-1)?.[0], range);
    const events = rows.map(toStored).filter(({ stream }) => !isHidden(stream));
    return { events, next, last, considered: [] };
  }

  /** Looks at names and types first: the content of what nobody wants is never read. */
  #filtered(range: AllRange, filter: EventFilter): AllPage {
    const { direction, from, limit } = range;
    const query = direction === "forwards" ? this.#outlineForwards : this.#outlineBackwards;
    const room = Math.min(limit, mostRows);
    const considered: number[] = [];
    const wanted: Outline[] = [];
    let next = from;
    let last = false;
    for (let looked = 0; !last && looked < mostOutlines && wanted.length <= room / 2;) {
      const count = Math.max(fewOutlines, room - wanted.length);
      const outlines = query.all(next, count) as unknown as Outline[];
      const names = this.#names.of(outlines);
      for (const outline of outlines) {
        const [position, streamId, type] = outline;
        const stream = names.get(streamId)!;
        if (isHidden(stream)) continue;
        considered.push(position);
        if (filter.matches(filter.by === "stream" ? stream : type)) wanted.push(outline);
      }
      next = nextAfter(outlines.at(-1)?.[0], { direction, from: next });
      looked += outlines.length;
      last = outlines.length < count;
    }
    const chosen = firstOf(wanted, limit);
    const events = this.#read(chosen);
    if (chosen.length === wanted.length) return { events, next, last, considered };
    const end = chosen.at(-1)![0];
    const upTo = considered.slice(0, considered.indexOf(end) + 1);
    return { events, next: nextAfter(end, range), last: false, considered: upTo };
  }

  #read(chosen: readonly Outline[]): readonly StoredEvent[] {
    if (chosen.length === 0) return [];
    const names = this.#names.of(chosen);
    const positions = JSON.stringify(chosen.map(([position]) => position));
    const rows = this.#chosen.all(positions) as unknown as BulkRow[];
    return rows.map(([position, stream, revision, id, type, recordedAt, data, metadata, json]) => ({
      position,
      stream: names.get(stream)!,
      revision,
      id,
      type,
      recordedAt,
      data,
      metadata,
      json,
    }));
  }
}

/** As many as a page has room for. */
function firstOf(wanted: readonly Outline[], limit: number): readonly Outline[] {
  let bytes = 0;
  const tooMany = wanted.findIndex(([, , , size], index) => {
    bytes += size;
    return index >= limit || index >= fewRows && bytes > mostBytes;
  });
  return tooMany < 0 ? wanted : wanted.slice(0, tooMany);
}

function nextAfter(
  end: number | undefined,
  { direction, from }: Pick<AllRange, "direction" | "from">,
): number {
  if (end === undefined) return from;
  return direction === "forwards" ? end + 1 : end;
}
