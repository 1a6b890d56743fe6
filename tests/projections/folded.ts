import { type EventLog, eventLog, type Recorded, type View } from "@headwater/core";
import { sumsOf } from "@headwater/testing";
import type { Sql } from "postgres";

// deno-lint-ignore no-explicit-any -- rows of any view
type AnyRow = any;

/** All that a read model comes to. */
export type Folded = {
  readonly rows: readonly AnyRow[];
  readonly sums: readonly AnyRow[];
  /** `key at position`: an event that could not be applied, or is behind one. */
  readonly letters: readonly string[];
};

/** What a read model must hold: the log folded from scratch, by nothing but the view; what cannot be applied parks its key. */
export async function foldFromScratch(view: View, log: EventLog): Promise<Folded> {
  const rows = new Map<string, AnyRow>();
  const parked = new Set<string>();
  const letters: string[] = [];
  const categories = view.reads.map(({ category }) => category);
  for await (const page of log.readAll({ categories })) {
    for (const recorded of page) {
      const event = decode(view, recorded);
      if (!event) continue;
      for (const key of view.keys(event)) {
        if (!parked.has(key)) {
          try {
            const row = view.evolve(rows.get(key), event, key);
            if (row) view.check(row);
            if (row) rows.set(key, row);
            else rows.delete(key);
            continue;
          } catch {
            parked.add(key);
          }
        }
        letters.push(`${key} at ${recorded.position}`);
      }
    }
  }
  const all = [...rows.values()];
  const { sums } = view;
  return {
    rows: inOrder(all),
    sums: sums ? inOrder(sumsOf({ sums }, all)) : [],
    letters: letters.toSorted(),
  };
}

/** The event that a view folds; undefined: none of its kind. */
export function decode(view: View, recorded: Recorded): Recorded | undefined {
  // Two categories may have events of one type
  const category = eventLog.categoryOf(recorded.stream);
  return view.reads.find((schemas) => schemas.category === category)?.decode(recorded);
}

/** What the tables hold that its name leads to, and the letters of the live generation. */
export async function readTables({ sums, ...view }: View, sql: Sql): Promise<Folded> {
  const rows = await sql`select ${view.select(sql)} from ${view.from(sql)}`;
  const totals = sums ? await sql`select ${sums.select(sql)} from ${sums.from(sql)}` : [];
  const letters = await sql<{ letter: string }[]>`
    select key || ' at ' || position as letter from projection_letter
    where name = ${view.name} and dropped_at is null and generation = (
      select generation from projection_generation where name = ${view.name} and status = 'live'
    )`;
  return {
    rows: inOrder(rows.map((row) => ({ ...row }))),
    sums: inOrder(totals.map((row) => ({ ...row }))),
    letters: letters.map(({ letter }) => letter).toSorted(),
  };
}

function inOrder(rows: readonly AnyRow[]): AnyRow[] {
  const texts = new Map(rows.map((row) => [row, JSON.stringify(Object.entries(row).toSorted())]));
  return rows.toSorted((one, other) => texts.get(one)! < texts.get(other)! ? -1 : 1);
}
