import { eventLog, type Recorded, type View } from "@headwater/core";
import type { Evidence, Row, Table } from "./evidence.ts";
import { count, type Verdict, verdict } from "./verdict.ts";

/** 6. Every read model equals the one folded from the log from scratch. */
export function judgeReadModels({ events, tables }: Evidence): Verdict {
  const offenders = tables.flatMap((table) => differences(table, events));
  const rows = tables.reduce((sum, table) => sum + table.rows.length, 0);
  return verdict("every read model equals the log", {
    counted: `${count(tables.length, "read model")}, ${count(rows, "row")}`,
    offenders,
  });
}

function differences({ view, rows, sums = [] }: Table, events: readonly Recorded[]): string[] {
  const folded = fold(view, events);
  const found = new Map(rows.map((row) => [String(row[view.primaryKey]), row]));
  const kept = new Map(sums.map((row) => [sumKey(view.sums!, row), row]));
  return [
    ...compared(view.name, { folded, found }),
    ...compared(`sums of ${view.name}`, { folded: total(view, folded.values()), found: kept }),
  ];
}

function compared(
  name: string,
  { folded, found }: Readonly<Record<"folded" | "found", ReadonlyMap<string, Row>>>,
): string[] {
  const keys = new Set([...folded.keys(), ...found.keys()]);
  return [...keys].flatMap((key) => {
    const difference = differenceOf(folded.get(key), found.get(key));
    return difference === undefined ? [] : [`${name} "${key}" ${difference}`];
  });
}

/** What rows contribute, added up exactly, then as it is read; what comes to nothing has no row. */
function total({ sums }: View, rows: Iterable<Row>): Map<string, Row> {
  const totals = new Map<string, { readonly row: Row; readonly exact: readonly bigint[] }>();
  for (const row of [...rows].flatMap((row) => sums?.contributes(row) ?? [])) {
    const key = sumKey(sums!, row);
    const before = totals.get(key)?.exact;
    const exact = sums!.summed.map((name, place) => (before?.[place] ?? 0n) + BigInt(row[name]));
    totals.set(key, { row, exact });
  }
  return new Map(
    [...totals].filter(([, { exact }]) => exact.some((sum) => sum !== 0n))
      .map(([key, { row, exact }]) => {
        const read = sums!.summed.map((name, place) => [name, Number(exact[place])]);
        return [key, { ...row, ...Object.fromEntries(read) }];
      }),
  );
}

function sumKey({ key }: NonNullable<View["sums"]>, row: Row): string {
  return key.map((name) => String(row[name])).join(" ");
}

function fold(view: View, events: readonly Recorded[]): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const recorded of events) {
    const schemas = view.reads.find(({ category }) =>
      category === eventLog.categoryOf(recorded.stream)
    );
    const event = schemas?.decode(recorded);
    if (event === undefined) continue;
    for (const key of view.keys(event)) {
      const row = view.evolve(rows.get(key), event, key);
      if (row) rows.set(key, row);
      else rows.delete(key);
    }
  }
  return rows;
}

function differenceOf(folded: Row | undefined, found: Row | undefined): string | undefined {
  if (!folded) return "is in the table only";
  if (!found) return "is missing in the table";
  for (const column of new Set([...Object.keys(folded), ...Object.keys(found)])) {
    const [expected, actual] = [canonical(folded[column]), canonical(found[column])];
    if (expected !== actual) return `has ${column} ${actual}, expected ${expected}`;
  }
  return undefined;
}

/** The same text for the same value, whatever the order of its fields; a missing value is null. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_name, part) => {
    if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => a < b ? -1 : 1));
  });
}
