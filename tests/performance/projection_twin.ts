import { openDatabase } from "@headwater/event-store/testing";
import { type Recorded, silentLog, type View } from "@headwater/core";
import { connect } from "@headwater/postgres";
import { randomOf } from "@headwater/testing";
import { orderService } from "@shop/order";
import type { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Sql } from "postgres";
import { AppendTwin } from "./append_twin.ts";
import { type HistoryEvent, lifeOf } from "./order_history.ts";
import { type ProjectionWork, type ProjectionWorked, worked } from "./projection_work.ts";

const pageEvents = 1_000;
const rowsPerPart = 1_000;
const appendsAtOnce = 64;

/**
 * The floor: one thread that does nothing but what must be done. It reads the file with the bare driver, parses the data
 * alone, folds as the view does, writes every row once into a table without key and indexes, and makes these then. It
 * checks nothing, holds all rows in memory, and is of no use after a crash.
 */
async function twin(work: ProjectionWork): Promise<ProjectionWorked> {
  const sql = connect({
    url: work.databaseUrl,
    name: "twin",
    max: 1,
    byKeys: true,
    patienceMs: 120_000,
    logger: silentLog,
  });
  try {
    const [view] = orderService.views;
    if (!view) throw new Error("The order service has no view");
    const columns = Object.entries(view.columns).map(([property, { type }]) => ({
      property,
      name: view.columnName(property),
      type,
    }));
    const table: Table = { sql, view, columns };
    await createTable(table);
    if (work.what === "rebuild") return await worked(work.events, () => rebuild(work, table));
    await createIndexes(table);
    using log = new AppendTwin(work.log);
    return await worked(
      work.events,
      () =>
        work.what === "live"
          ? burst(work, { log, table })
          : steady(work, { log, table, perSecond: work.perSecond ?? 500 }),
    );
  } finally {
    await sql.end();
  }
}

// deno-lint-ignore no-explicit-any -- as in the view
type Row = Record<string, any>;

type Table = {
  readonly sql: Sql;
  readonly view: View;
  readonly columns: readonly {
    readonly property: string;
    readonly name: string;
    readonly type: string;
  }[];
};

async function createTable({ sql, view, columns }: Table): Promise<void> {
  const list = columns.map(({ name, type }) => `${name} ${type}`).join(", ");
  await sql.unsafe(`create table ${view.table} (${list})`);
}

async function createIndexes({ sql, view }: Table): Promise<void> {
  const key = view.columnName(view.primaryKey);
  await sql.unsafe(`alter table ${view.table} add primary key (${key})`);
  for (const index of view.indexes) {
    const names = index.map((property) => view.columnName(property)).join(", ");
    await sql.unsafe(`create index on ${view.table} (${names})`);
  }
}

async function rebuild({ log }: ProjectionWork, table: Table): Promise<void> {
  const { sql, view } = table;
  const rows = new Map<string, Row>();
  const database = openDatabase(log);
  for (const event of readFrom(database)) {
    for (const key of view.keys(event)) rows.set(key, view.evolve(rows.get(key), event, key)!);
  }
  database.close();
  const names = table.columns.map(({ name }) => name).join(", ");
  const copy = await sql.unsafe(`copy ${view.table} (${names}) from stdin`).writable();
  await pipeline(Readable.from(parts(rows, table)), copy);
  await createIndexes(table);
  await sql.unsafe(`analyze ${view.table}`);
}

function* readFrom(database: DatabaseSync): Generator<Recorded> {
  const statement = database.prepare(`
    select position, name as stream, revision, type, recorded_at as recordedAt, data
    from events cross join streams on streams.id = stream
    where position > ? and category = 'order' order by position limit ${pageEvents}`);
  const rows = statement as unknown as { setReturnArrays(on: boolean): void };
  rows.setReturnArrays(true);
  for (let after = 0;;) {
    const page = statement.all(after) as unknown as [
      number,
      string,
      number,
      string,
      number,
      string,
    ][];
    for (const [position, stream, revision, type, at, data] of page) {
      const recordedAt = new Date(at).toISOString();
      const read = { position, stream, revision, type, recordedAt, data: JSON.parse(data) };
      yield read as Recorded;
      after = position;
    }
    if (page.length < pageEvents) return;
  }
}

function* parts(rows: ReadonlyMap<string, Row>, { columns }: Table): Generator<string> {
  let text = "";
  let count = 0;
  for (const row of rows.values()) {
    let line = "";
    for (const { property, type } of columns) {
      const value = row[property];
      const written = type === "jsonb" ? JSON.stringify(value) : String(value);
      line += value === null ? "\t\\N" : `\t${written.replaceAll("\\", "\\\\")}`;
    }
    text += `${line.slice(1)}\n`;
    if (++count % rowsPerPart > 0) continue;
    yield text;
    text = "";
  }
  yield text;
}

type Target = { readonly log: AppendTwin; readonly table: Table };

function* lives(): Generator<readonly HistoryEvent[]> {
  const random = randomOf(42);
  for (let n = 0;; n++) yield [...lifeOf(n, (count) => Math.floor(random() * count))];
}

let positions = 0;

/** Appends, folds what was appended, and writes the rows. */
async function write({ log, table }: Target, appends: (readonly HistoryEvent[])[]): Promise<void> {
  const { sql, view, columns } = table;
  log.write(appends.map((life) => ({
    stream: life[0]!.stream,
    events: life.map(({ event }) => event),
  })));
  const recordedAt = new Date().toISOString();
  const rows = new Map<string, Row>();
  for (const life of appends) {
    for (const [revision, { stream, event }] of life.entries()) {
      const recorded: Recorded = { ...event, stream, revision, position: ++positions, recordedAt };
      for (const key of view.keys(recorded)) {
        rows.set(key, view.evolve(rows.get(key), recorded, key)!);
      }
    }
  }
  const types = columns.map(({ property, type }) => `"${property}" ${type}`).join(", ");
  const names = columns.map(({ name }) => name).join(", ");
  const key = view.columnName(view.primaryKey);
  await sql`
    insert into ${sql.unsafe(view.table)} (${sql.unsafe(names)})
    select ${sql.unsafe(columns.map(({ property }) => `"${property}"`).join(", "))}
    from json_to_recordset(${JSON.stringify([...rows.values()])}::text::json)
      as unpacked (${sql.unsafe(types)})
    on conflict (${sql.unsafe(key)}) do update set ${
    sql.unsafe(names.split(", ").map((name) => `${name} = excluded.${name}`).join(", "))
  }`;
}

async function burst({ events }: ProjectionWork, target: Target): Promise<void> {
  const life = lives();
  for (let appended = 0; appended < events;) {
    const appends = Array.from({ length: appendsAtOnce }, () => life.next().value!);
    await write(target, appends);
    appended += appends.reduce((sum, { length }) => sum + length, 0);
  }
}

async function steady(
  { events }: ProjectionWork,
  { perSecond, ...target }: Target & { readonly perSecond: number },
): Promise<readonly number[]> {
  const life = lives();
  const lagsMs: number[] = [];
  const startedAt = performance.now();
  while (lagsMs.length < events) {
    const due = Math.min(events, (performance.now() - startedAt) * perSecond / 1_000);
    const appends = Array.from(
      { length: Math.floor(due) - lagsMs.length },
      () => life.next().value!.slice(0, 1),
    );
    const sentAt = performance.now();
    if (appends.length > 0) await write(target, appends);
    for (const _ of appends) lagsMs.push(performance.now() - sentAt);
    await setTimeout(10);
  }
  return lagsMs;
}

if (import.meta.main) {
  const done = await twin(JSON.parse(Deno.args[0]!));
  await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(done)}\n`));
}
