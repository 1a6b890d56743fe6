import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import type { PackedPart } from "./fill_target.ts";
import { ctidOf, nextBlock, type Place, placeOf } from "./place_index.ts";

/** A part that was copied to a table; names are quoted. */
type CopiedPart = {
  readonly table: string;
  readonly key: string;
  /** The column that has a row's position. */
  readonly column: string;
  readonly part: PackedPart;
  /** No row was behind it before. */
  readonly last: Place;
  /** Where parts before it ended. */
  readonly ends: readonly Place[];
};

/** In few keys: where it is, rows are looked for one by one. */
const separator = "\x1f";
const patienceMs = 15_000;

/**
 * Where the rows of a part are, in their sequence: COPY does not tell. Nearly all parts are behind all that was there
 * before. Rows that are not stand where an earlier part ended, in the block to which the connection had copied last, as
 * long as it has room; or else anywhere.
 */
export async function partPlaces(sql: Sql, copied: CopiedPart): Promise<readonly Place[]> {
  const { last, ends } = copied;
  const behind = `ctid > '${ctidOf(last)}'`;
  const atEnds = ends.map((end) =>
    `ctid > '${ctidOf(end)}' and ctid < '${ctidOf(nextBlock(end))}'`
  );
  const places = await placesBehind(sql, copied) ??
    await placesWhere(sql, { ...copied, ranges: [behind, ...atEnds] }) ??
    await placesWhere(sql, { ...copied, ranges: ["true"] });
  if (places) return places;
  throw new Error(`Cannot fill ${copied.table}: rows that were written are gone`);
}

/** Undefined: not all of its rows are there. */
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

/** The same in some ranges of the table, each of which is looked through. */
async function placesWhere(
  sql: Sql,
  { table, key, column, part: { keys, position }, ranges }: CopiedPart & {
    readonly ranges: readonly string[];
  },
): Promise<readonly Place[] | undefined> {
  const selects = ranges.map((range) => `
      select ${key} as key, ctid::text as ctid from ${table} where ${range} and ${column} = ${position}`);
  const found = await answered(
    () => sql.unsafe<{ key: string; ctid: string }[]>(selects.join(" union all ")),
    { patienceMs },
  );
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
