import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Content, JsonMark } from "./stored_event.ts";

/** A row of the table of events, in the order of its columns. */
export type EventRow = readonly [
  position: number,
  stream: number,
  revision: number,
  id: Uint8Array,
  category: string,
  type: string,
  recordedAt: number,
  data: Content,
  metadata: Content,
  json: JsonMark,
  beginsAppend: 0 | 1,
];

const columns = [
  "position",
  "stream",
  "revision",
  "id",
  "category",
  "type",
  "recorded_at",
  "data",
  "metadata",
  "json",
  "begins_append",
];
/** A statement with so many rows takes less than half the time of as many statements; more do not help. */
const rowsAtOnce = 10;

/** Inserts events, many in one statement. What was added is in the table only after `flush`. */
export class EventInserter {
  readonly #one: StatementSync;
  readonly #many: StatementSync;
  /** Rows one after the other, without arrays of their own. */
  #values: EventRow[number][] = [];

  constructor(database: DatabaseSync) {
    this.#one = database.prepare(insert(1));
    this.#many = database.prepare(insert(rowsAtOnce));
  }

  add(...row: EventRow): void {
    const values = this.#values;
    values.push(...row);
    if (values.length < rowsAtOnce * columns.length) return;
    this.#values = [];
    this.#many.run(...values);
  }

  flush(): void {
    const values = this.#values;
    if (values.length === 0) return;
    this.#values = [];
    for (let at = 0; at < values.length; at += columns.length) {
      this.#one.run(...values.slice(at, at + columns.length));
    }
  }

  /** Forgets what was added and not flushed. */
  clear(): void {
    this.#values = [];
  }
}

function insert(rows: number): string {
  const row = `(${columns.map(() => "?").join(", ")})`;
  return `insert into events (${columns.join(", ")}) values ${Array(rows).fill(row).join(", ")}`;
}
