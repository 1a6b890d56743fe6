import { type CaseResult, isCost } from "./benchmark.ts";

const columnGap = "  ";

/** The results as a table for people. The ratio says how many times better Headwater is than the column before it. */
export function resultTable(results: readonly CaseResult[]): string {
  const peers = [...new Set(results.flatMap((result) => Object.keys(result.peers ?? {})))];
  const heads = ["case", "unit", "headwater", "twin", "ratio"];
  const rows = results.map((result) => [
    result.case,
    result.unit,
    number(result.headwater),
    number(result.twin),
    ratio(result, result.twin),
    ...peers.flatMap((peer) => [
      number(result.peers?.[peer]),
      ratio(result, result.peers?.[peer]),
    ]),
  ]);
  const table = [[...heads, ...peers.flatMap((peer) => [peer, "ratio"])], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) =>
    row.map((cell, column) =>
      column < 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)
    ).join(columnGap).trimEnd() + "\n"
  ).join("");
}

function ratio({ unit, headwater }: CaseResult, other: number | undefined): string {
  if (other === undefined) return "";
  const better = isCost(unit) ? other / headwater : headwater / other;
  return `${better.toFixed(2)}×`;
}

function number(value: number | undefined): string {
  return value === undefined ? "" : value.toLocaleString("en", { maximumFractionDigits: 2 });
}
