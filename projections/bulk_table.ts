import type { View } from "@headwater/core";
import type { Fragment, Sql } from "postgres";
import { answered } from "./answered.ts";
import { SumsTable } from "./sums_table.ts";
import { indexesOf, quoted, type TableDefinition, tablesOf } from "./table_definition.ts";
import { buildIndexes } from "./build_indexes.ts";
import { bulkColumnOf, bulkPrefix } from "./bulk_column.ts";
import type { FillTarget, PackedPart, Reached } from "./fill_target.ts";
import { partPlaces } from "./part_places.ts";
import { copyRows } from "./copy_rows.ts";
import { ctidOf, type Place, placeOf } from "./place_index.ts";

/** Where it is written down how far a table is filled, by whoever may fill the table. */
export type FillCheckpoint = {
  /** What stands behind `from` to find it where it is at `at`, as long as its owner is the same; without parameters. */
  row(at: Reached): string;
  /**
   * Part of a statement that moves it from there on, or tells that its owner lives: yields a row if it was there. The
   * statement may take so much longer than usual.
   */
  move(
    move: { readonly from: Reached; readonly to: Reached; readonly patienceMs: number },
  ): Fragment;
};

export type BulkTableOptions = {
  readonly view: View;
  /** Of the physical tables' names, as for `createTables`. */
  readonly suffix: string;
  readonly sql: Sql;
  readonly checkpoint: FillCheckpoint;
};

/** The checkpoint is not where it was: somebody else fills the table, or has emptied it. */
export class CheckpointMoved extends Error {
  override readonly name = "CheckpointMoved";
}

/** For what waits for a lock, or goes through a table. */
const longMs = 60_000;
const partPatienceMs = 15_000;
/** Whoever fills it is to be heard of that often. */
const beatEveryMs = 1_000;
/** What PostgreSQL may take for a row, at its slowest. */
const patiencePerRowMs = 0.1;
/** Ends of parts that are remembered: so long, a connection may not have copied anything. */
const endsKept = 32;
/** Blocks that are read at once, to know where all rows are. */
const blocksPerRead = 1_024;

/**
 * A view's table while it is filled: without key and indexes, which are made at the end, and with a column that says as
 * of which position of the log a row was written. What a crash leaves behind the checkpoint is told by it, and taken away.
 *
 * The column has another name each time that somebody begins: a statement of whoever filled the table before, or one
 * that was given up on and comes late, does not find it.
 */
export class BulkTable implements FillTarget {
  readonly #options: BulkTableOptions;
  readonly #rows: TableDefinition;
  readonly #sums: SumsTable | undefined;
  readonly #table: string;
  readonly #column = `${bulkPrefix}${crypto.randomUUID().replaceAll("-", "")}`;
  #at: Reached;
  #heardAt = performance.now();
  #copied: Promise<unknown> = Promise.resolve();
  #placed: Promise<unknown> = Promise.resolve();
  /** The greatest at which a row is. */
  #lastPlace: Place = 0;
  /** Where the last parts ended. */
  #ends: readonly Place[] = [];

  constructor(options: BulkTableOptions, at: Reached) {
    const [rows, sums] = tablesOf(options.view, options.suffix);
    this.#options = options;
    this.#rows = rows!;
    this.#sums = sums && new SumsTable(options.view.sums!, sums);
    this.#table = quoted(this.#rows.physicalName);
    this.#at = at;
  }

  /** Everything up to here is in it, if what was written since is not looked at. */
  get at(): Reached {
    return this.#at;
  }

  /** Makes it ready for many rows. Where there are some, `locate` has to follow. */
  async begin(): Promise<void> {
    const { position } = this.#at;
    const tables = tablesOf(this.#options.view, this.#options.suffix);
    const names = tables.map(({ physicalName }) => quoted(physicalName)).join(", ");
    await this.#alter(`
      select attname as name into one from (${this.#foundColumn}) as attribute;
      if one.name is not null then
        execute format('alter table ${this.#table} rename column %I to ${this.#column}', one.name);
      elsif ${position === undefined} then
        for one in
          select indexrelid::regclass as name, conname
          from pg_index left join pg_constraint on conindid = indexrelid
          where indrelid = '${this.#table}'::regclass
        loop
          if one.conname is null then
            execute format('drop index %s', one.name);
          else
            execute format('alter table ${this.#table} drop constraint %I', one.conname);
          end if;
        end loop;
        alter table ${this.#table} add column ${this.#column} bigint not null default 0;
        alter table ${this.#table} alter column ${this.#column} drop default;
      else
        raise exception 'Cannot fill ${this.#rows.physicalName}: it has its key already';
      end if;
      ${position === undefined ? `truncate ${names};` : ""}`);
  }

  /** Takes away what was written after the checkpoint; tells where all other rows are, some thousands at a time. */
  async *locate(): AsyncGenerator<{ readonly keys: string[]; readonly places: Place[] }> {
    const { sql } = this.#options;
    const [size] = await answered(() =>
      sql<{ blocks: number }[]>`
        select (pg_relation_size(${this.#table}::text::regclass)
          / current_setting('block_size')::bigint)::float8 as blocks`
    );
    for (let block = 0; block < (size?.blocks ?? 0); block += blocksPerRead) {
      const here = `ctid >= '(${block},0)' and ctid < '(${block + blocksPerRead},0)'`;
      const later = `${this.#column} > ${this.#at.position ?? -1}`;
      await answered(() => sql.unsafe(`delete from ${this.#table} where ${here} and ${later}`), {
        patienceMs: partPatienceMs,
      }).catch(throwMoved);
      const found = await answered(() =>
        sql.unsafe<{ key: string; ctid: string }[]>(
          `select ${this.#key} as key, ctid::text as ctid from ${this.#table} where ${here}`,
        )
      );
      for (const { ctid } of found) this.#lastPlace = Math.max(this.#lastPlace, placeOf(ctid));
      yield { keys: found.map(({ key }) => key), places: found.map(({ ctid }) => placeOf(ctid)) };
      await this.beatIfQuiet();
    }
  }

  async read(places: readonly Place[]): Promise<{ readonly text: string; place: Place }[]> {
    const { sql, view } = this.#options;
    const ctids = `{${places.map((place) => `"${ctidOf(place)}"`).join(",")}}`;
    const found = await answered(() =>
      sql<{ text: string; ctid: string }[]>`
        select row_to_json(found)::text as text, place as ctid
        from (
          select ctid::text as place, ${sql.unsafe(this.#names)}
          from ${sql.unsafe(this.#table)} where ctid = any(${ctids}::text::tid[])
        ) as ${view.from(sql)}
        cross join lateral (select ${view.select(sql)}) as found`
    );
    return found.map(({ text, ctid }) => ({ text, place: placeOf(ctid) }));
  }

  /** One part after the other: they then lie in the table as they came. While one is looked for, the next is copied. */
  add(part: PackedPart): Promise<readonly Place[]> {
    const copied = this.#copied.then(() => this.#copy(part));
    this.#copied = copied.catch(() => {});
    const placed = Promise.all([copied, this.#placed]).then(() => this.#placesOf(part));
    this.#placed = placed.catch(() => {});
    return placed;
  }

  async #copy({ lines, keys }: PackedPart): Promise<void> {
    const { sql } = this.#options;
    await this.beatIfQuiet(beatEveryMs, { patienceMs: patiencePerRowMs * keys.length });
    const target = `${this.#table} (${this.#names}, ${this.#column})`;
    await answered(() => copyRows(sql, { target, lines }), { patienceMs: partPatienceMs })
      .catch(throwMoved);
  }

  async #placesOf(part: PackedPart): Promise<readonly Place[]> {
    const places = await partPlaces(this.#options.sql, {
      table: this.#table,
      key: this.#key,
      column: this.#column,
      part,
      last: this.#lastPlace,
      ends: this.#ends,
    });
    const end = places.reduce((most, place) => Math.max(most, place), 0);
    this.#lastPlace = Math.max(this.#lastPlace, end);
    this.#ends = [...this.#ends.slice(1 - endsKept), end];
    return places;
  }

  async save(
    to: Reached,
    { stale, sums }: Parameters<FillTarget["save"]>[1],
  ): Promise<void> {
    const { sql, checkpoint } = this.#options;
    const ifMoved = sql`exists (select 1 from moved)`;
    const ctids = `{${stale.map((place) => `"${ctidOf(place)}"`).join(",")}}`;
    const added = sums
      ? sql`, ${this.#sums!.add(sql, { packed: sums, condition: ifMoved })}`
      : sql``;
    const patienceMs = patiencePerRowMs * stale.length;
    const moved = await answered(
      () =>
        sql`
        with moved as (${checkpoint.move({ from: this.#at, to, patienceMs })}), removed as (
          delete from ${sql.unsafe(this.#table)}
          where ctid = any(${ctids}::text::tid[]) and ${sql.unsafe(this.#column)} is not null
            and ${ifMoved}) ${added}
        select 1 from moved`,
      { patienceMs: partPatienceMs },
    ).catch(throwMoved);
    if (moved.length === 0) throw new CheckpointMoved();
    this.#at = to;
    this.#heardAt = performance.now();
  }

  /** Tells that whoever fills it lives, if nothing else has for so long. It waits for nobody who locks the table. */
  async beatIfQuiet(forMs = beatEveryMs, { patienceMs = 0 } = {}): Promise<void> {
    if (performance.now() - this.#heardAt < forMs) return;
    const { sql, checkpoint } = this.#options;
    const move = checkpoint.move({ from: this.#at, to: this.#at, patienceMs });
    const moved = await answered(() => sql`with moved as (${move}) select 1 from moved`);
    if (moved.length === 0) throw new CheckpointMoved();
    this.#heardAt = performance.now();
  }

  /** Makes it a table like any other, with its key and its indexes; nothing can be added any more. */
  async finish(): Promise<void> {
    const { sql } = this.#options;
    const { primaryKey } = this.#rows;
    await buildIndexes(sql, {
      table: this.#table,
      indexes: [
        { columns: primaryKey, isUnique: true },
        ...indexesOf(this.#rows),
      ],
      beat: () => this.beatIfQuiet(0),
    });
    await this.#alter(`
      select indexrelid::regclass as name into one from pg_index
      where indrelid = '${this.#table}'::regclass and indisunique;
      execute format('alter table ${this.#table} add primary key using index %s', one.name);
      -- With a name that leads here and was made meanwhile; it is made anew
      alter table ${this.#table} drop column ${this.#column} cascade;`);
  }

  get #key(): string {
    return quoted(this.#rows.primaryKey[0]!);
  }

  get #names(): string {
    return this.#rows.columns.map(({ name }) => quoted(name)).join(", ");
  }

  get #foundColumn(): string {
    return bulkColumnOf(this.#table);
  }

  /** Changes what the table is, if the checkpoint is where it was: the table is locked first, as everywhere. */
  async #alter(statements: string): Promise<void> {
    const { sql, checkpoint } = this.#options;
    await answered(() =>
      sql.unsafe(`
        do $alter$
        declare
          one record;
        begin
          perform set_config('client_min_messages', 'warning', true);
          lock table ${this.#table} in access exclusive mode;
          perform 1 from ${checkpoint.row(this.#at)} for update;
          if not found then
            raise exception 'the checkpoint was moved' using errcode = '${movedCode}';
          end if;
          ${statements}
        end $alter$`), { patienceMs: longMs }).catch(throwMoved);
  }
}

/** Of our own; and PostgreSQL's, where there is no such column. */
const movedCode = "HW001";
const movedCodes: readonly unknown[] = [movedCode, "42703"];

function throwMoved(error: unknown): never {
  throw error instanceof Error && "code" in error && movedCodes.includes(error.code)
    ? new CheckpointMoved(error.message, { cause: error })
    : error;
}
