import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import type { PackedPart } from "./fill_target.ts";
import { ctidOf, type Place, placeOf } from "./place_index.ts";

/** A part that was copied to a table; names are quoted. */
type CopiedPart = {
  readonly table: string;
  readonly key: string;
  /** The column that has a row's position. */
  readonly column: string;
  readonly part: PackedPart;
  /** No row was behind it before. */
  readonly last: Place;
};

/** In few keys: where it is, rows are looked for one by one. */
const separator = "\x1f";
const patienceMs = 15_000;

/** Where the rows of a part are, in their sequence: COPY does not tell. */
export async function partPlaces(sql: Sql, copied: CopiedPart): Promise<readonly Place[]> {
  const places = await placesBehind(sql, copied) ?? await placesAnywhere(sql, copied);
  if (places) return places;
  throw new Error(`Cannot fill ${copied.table}: rows that were written are gone`);
}

/** Behind all others, where nearly all parts are; undefined: not all of its rows are. */
async function placesBehind(
  sql: Sql,
  { table, key, part: { keys }, last }: CopiedPart,
): Promise<readonly Place[] | undefined> {
  const [found] = await answered(() =>
    sql.unsafe<{ keys: string | null; ctids: string | null }[]>(`
      select string_agg(${key}, '${separator}') as keys, string_agg(ctid::text, ' ') as ctids
      from ${table} where ctid > '${ctidOf(last)}'`), { patienceMs });
  if (!found?.keys || !found.ctids) return undefined;
  return placesOf(keys, { keys: found.keys.split(separator), ctids: found.ctids.split(" ") });
}

/** Wherever PostgreSQL had room for them: the whole table is looked through. */
async function placesAnywhere(
  sql: Sql,
  { table, key, column, part: { keys, position } }: CopiedPart,
): Promise<readonly Place[] | undefined> {
  const found = await answered(() =>
    sql.unsafe<{ key: string; ctid: string }[]>(`
      select ${key} as key, ctid::text as ctid from ${table} where ${column} = ${position}`), {
    patienceMs,
  });
  return placesOf(keys, {
    keys: found.map(({ key }) => key),
    ctids: found.map(({ ctid }) => ctid),
  });
}

function placesOf(
  keys: readonly string[],
  found: { readonly keys: readonly string[]; readonly ctids: readonly string[] },
): readonly Place[] | undefined {
  if (found.keys.length !== found.ctids.length) return undefined;
  const places = new Map(found.keys.map((key, index) => [key, placeOf(found.ctids[index]!)]));
  const wanted = keys.flatMap((key) => places.get(key) ?? []);
  return wanted.length === keys.length ? wanted : undefined;
}
