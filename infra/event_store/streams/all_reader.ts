import type { DatabaseSync, StatementSync } from "node:sqlite";
import { mostRows, PagedQuery } from "../log/paged_query.ts";
import { prepareArrays } from "../log/prepare_arrays.ts";
import { toStored } from "../log/sqlite_reader.ts";
import type { StoredEvent } from "../log/stored_event.ts";
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

/** Position, stream id, type. */
type Outline = [number, number, string];

/** Looked at for a page of what a filter lets pass; in one go no more than there is room for, and at least a few. */
const mostOutlines = 2_048;
const fewOutlines = 64;
const rememberedNames = 50_000;
/** Measured: what one takes in memory. */
const bytesPerName = 130;

/** Reads the whole log. */
export class AllReader {
  readonly #names = new Map<number, string>();
  readonly #name: StatementSync;
  readonly #forwards: PagedQuery;
  readonly #backwards: PagedQuery;
  readonly #outlineForwards: StatementSync;
  readonly #outlineBackwards: StatementSync;
  readonly #chosen: PagedQuery;

  constructor(database: DatabaseSync) {
    this.#name = database.prepare("select name from streams where id = ?");
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
    const outline = "select position, stream, type from events where";
    this.#outlineForwards = prepareArrays(database, `${outline} ${forwards} limit ? + 0`);
    this.#outlineBackwards = prepareArrays(database, `${outline} ${backwards} limit ? + 0`);
    this.#chosen = new PagedQuery(
      database,
      (columns) =>
        `select ${columns}
         from (select value as wanted, key as place from json_each(?))
         cross join events on position = wanted order by place limit ? + 0`,
    );
  }

  /** What names that are remembered take in memory, estimated. */
  get bytes(): number {
    return this.#names.size * bytesPerName;
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
    const wanted: number[] = [];
    let next = from;
    let last = false;
    for (let looked = 0; !last && looked < mostOutlines && wanted.length <= room / 2;) {
      const count = Math.max(fewOutlines, room - wanted.length);
      const outlines = query.all(next, count) as unknown as Outline[];
      for (const [position, streamId, type] of outlines) {
        const stream = this.#nameOf(streamId);
        if (isHidden(stream)) continue;
        considered.push(position);
        if (filter.matches(filter.by === "stream" ? stream : type)) wanted.push(position);
      }
      next = nextAfter(outlines.at(-1)?.[0], { direction, from: next });
      looked += outlines.length;
      last = outlines.length < count;
    }
    const { rows, last: gotAll } = wanted.length === 0
      ? { rows: [], last: true }
      : this.#chosen.page([JSON.stringify(wanted)], limit);
    const events = rows.map(toStored);
    if (gotAll || events.length === wanted.length) return { events, next, last, considered };
    const end = events.at(-1)!.position;
    const upTo = considered.slice(0, considered.indexOf(end) + 1);
    return { events, next: nextAfter(end, range), last: false, considered: upTo };
  }

  #nameOf(id: number): string {
    let name = this.#names.get(id);
    if (name === undefined) {
      name = String(this.#name.get(id)?.name);
      if (this.#names.size >= rememberedNames) this.#names.clear();
      this.#names.set(id, name);
    }
    return name;
  }
}

function nextAfter(
  end: number | undefined,
  { direction, from }: Pick<AllRange, "direction" | "from">,
): number {
  if (end === undefined) return from;
  return direction === "forwards" ? end + 1 : end;
}
