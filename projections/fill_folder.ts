import { eventLog, machine, type Recorded, type View } from "@headwater/core";
import { inTurns } from "./in_turns.ts";
import type { Row } from "./row_changes.ts";
import { SumChanges } from "./sum_changes.ts";
import type { BulkSettings } from "./bulk_settings.ts";
import { type FillTarget, packedPart, type Reached } from "./fill_target.ts";
import { type HeldRow, HeldRows } from "./held_rows.ts";
import { inFlight } from "./in_flight.ts";
import { nowhere, type Place, PlaceIndex } from "./place_index.ts";
import { SumsTable } from "./sums_table.ts";
import { tablesOf } from "./table_definition.ts";

type FillHolds = NonNullable<BulkSettings["holds"]>;

/** How far a fold came: all events, or those before the one that cannot be applied. */
export type FillFolded = { readonly count: number; readonly cause?: string };

const usualHolds: FillHolds = { rows: 24_000, bytes: 24 * 1024 * 1024 };
const partRows = 4_000;
const partBytes = 8 * 1024 * 1024;
/** One is made ready, one is written, and of one it is asked where it is. */
const partsAtOnce = 3;
/** What is to be taken away, and what is to be added to sums, is kept until everything is saved. */
const mostOutstanding = 100_000;
/** Their places take some 120 MB. */
const mostKeys = 4_000_000;

/** The row that an event concerns, or all of them. */
type Concerned = HeldRow | readonly HeldRow[];

/** Folds a history into a table that is filled in bulk. */
export class FillFolder implements AsyncDisposable {
  readonly #view: View;
  readonly #table: FillTarget;
  readonly #sumsTable: SumsTable | undefined;
  readonly #rows: HeldRows;
  readonly #places = new PlaceIndex();
  readonly #decode: (recorded: Recorded) => Recorded | undefined;
  /** Rows that are to be fetched, by where they are. */
  readonly #wanted = new Map<Place, readonly HeldRow[]>();
  #position = 0;
  #sums: SumChanges | undefined;
  /** Forms of rows that were written before the last ones. */
  #stale: Place[] = [];
  #leaving: Promise<void> = Promise.resolve();

  constructor(
    { view, table, holds = usualHolds }: {
      readonly view: View;
      readonly table: FillTarget;
      readonly holds?: FillHolds;
    },
  ) {
    const schemas = new Map(view.reads.map((schema) => [schema.category, schema]));
    this.#view = view;
    this.#table = table;
    this.#rows = new HeldRows(holds);
    const [only] = view.reads;
    this.#decode = view.reads.length === 1 && only
      // Nothing else comes
      ? (recorded) => only.decode(recorded)
      : (recorded) => schemas.get(eventLog.categoryOf(recorded.stream))?.decode(recorded);
    const [, sums] = tablesOf(view);
    this.#sumsTable = sums && new SumsTable(view.sums!, sums);
    this.#sums = view.sums && new SumChanges(view.sums);
  }

  /** So much is kept until it is saved that it should be. */
  get isSaveDue(): boolean {
    return this.#stale.length > mostOutstanding || (this.#sums?.size ?? 0) > mostOutstanding;
  }

  /** There are more keys than it can know the places of. */
  get isFull(): boolean {
    return this.#places.size > mostKeys;
  }

  /** Where rows are that the table has already. */
  locate(keys: readonly string[], places: readonly Place[]): void {
    for (const [index, key] of keys.entries()) this.#places.set(key, places[index]!);
  }

  async fold(recorded: readonly Recorded[]): Promise<FillFolded> {
    // Side by side: objects of both, which outlive collections while memory is small, V8 would take for long-lived ones
    // from then on, and keep every event for a while that has been folded
    const events: (Recorded | undefined)[] = [];
    const concerned: Concerned[] = [];
    const { failed: undecoded } = await untilFailure(recorded, (stored) => {
      const event = this.#decode(stored);
      const keys = event ? this.#view.keys(event) : [];
      concerned.push(
        keys.length === 1 ? this.#rowOf(keys[0]!) : keys.map((key) => this.#rowOf(key)),
      );
      events.push(event);
    });
    await this.#fetch();
    const { count, failed } = await untilFailure(events, (event, index) => {
      if (event) this.#apply(event, concerned[index]!);
    });
    this.#position = recorded[count - 1]?.position ?? this.#position;
    if (this.#rows.isFull) await this.#letLeave();
    const failure = failed ?? undecoded;
    return failure ? { count, cause: machine.messageOf(failure.cause) } : { count };
  }

  /** Writes everything, and moves the checkpoint to where the last fold came. */
  async save(to: Reached): Promise<void> {
    await this.#leaving;
    await this.#write(this.#rows.changed());
    const sums = this.#sums && await this.#sumsTable?.packed(this.#sums);
    await this.#table.save(to, { stale: this.#stale, sums });
    this.#stale = [];
    this.#sums = this.#view.sums && new SumChanges(this.#view.sums);
  }

  /** What is on its way comes to its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leaving.catch(() => {});
  }

  /** Held from here on; where the table has it, it is to be fetched before it is looked at. */
  #rowOf(key: string): HeldRow {
    const held = this.#rows.get(key);
    if (held) return held;
    const added = this.#rows.add(key);
    const place = this.#places.get(key);
    if (place !== nowhere) this.#wanted.set(place, [...this.#wanted.get(place) ?? [], added]);
    return added;
  }

  async #fetch(): Promise<void> {
    if (this.#wanted.size === 0) return;
    const found = await this.#table.read([...this.#wanted.keys()]);
    for (const { text, place } of found) {
      const row: Row = JSON.parse(text);
      for (const held of this.#wanted.get(place) ?? []) {
        if (row[this.#view.primaryKey] === held.key) this.#rows.take(held, row, place);
        else this.#places.isOther(held.key);
      }
    }
    if (found.length < this.#wanted.size) {
      throw new Error(`Cannot fill "${this.#view.name}": rows that were written are gone`);
    }
    this.#wanted.clear();
  }

  /** To all rows that the event concerns, or to none. */
  #apply(event: Recorded, concerned: Concerned): void {
    if (!Array.isArray(concerned)) {
      const held = concerned as HeldRow;
      return this.#rows.change(held, this.#view.evolve(held.row, event, held.key));
    }
    const evolved = concerned.map(({ row, key }) => this.#view.evolve(row, event, key));
    for (const [index, held] of concerned.entries()) this.#rows.change(held, evolved[index]);
  }

  async #letLeave(): Promise<void> {
    await this.#leaving;
    const leaving = this.#rows.leave();
    this.#leaving = this.#write(leaving).then(() => this.#rows.arrived());
    // Whoever waits for it next will hear of it
    this.#leaving.catch(() => {});
  }

  async #write(held: readonly HeldRow[]): Promise<void> {
    const size = Math.min(partRows, Math.max(50, partBytes / Math.max(this.#rows.bytesPerRow, 1)));
    const parts: HeldRow[][] = [];
    for (let at = 0; at < held.length; at += Math.floor(size)) {
      parts.push(held.slice(at, at + Math.floor(size)));
    }
    await inFlight(parts, { atOnce: partsAtOnce }, (part) => this.#writePart(part));
  }

  async #writePart(part: readonly HeldRow[]): Promise<void> {
    const sent = part.map(({ row }) => row);
    const written = sent.filter((row): row is Row => row !== undefined);
    const packed = await packedPart(this.#view, { rows: written, position: this.#position });
    const added = written.length > 0 ? await this.#table.add(packed) : [];
    const places = new Map(packed.keys.map((key, index) => [key, added[index]!]));
    for (const [index, held] of part.entries()) {
      const row = sent[index];
      const { counted, key } = held;
      if (this.#sums && counted) this.#sums.subtract(counted);
      if (this.#sums && row) this.#sums.add(row);
      held.counted = row;
      if (held.place !== nowhere) this.#stale.push(held.place);
      held.place = places.get(key) ?? nowhere;
      if (row || this.#places.get(key) !== nowhere) this.#places.set(key, held.place);
      // Events may have been folded into it meanwhile
      if (held.row === row) held.isChanged = false;
    }
  }
}

/** How many items nothing was thrown for, and what was for the next one. */
async function untilFailure<Item>(
  items: readonly Item[],
  act: (item: Item, index: number) => void,
): Promise<{ readonly count: number; readonly failed?: { readonly cause: unknown } }> {
  let count = 0;
  try {
    await inTurns(items, (item, index) => {
      act(item, index);
      count++;
    });
    return { count };
  } catch (cause) {
    return { count, failed: { cause } };
  }
}
