import { inOneLine } from "./levelled_log.ts";

/** Rows as lines of columns that stand below each other; whatever a cell quotes stays in its line. */
export function textTable(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((cells) => cells.map(inOneLine));
  const columns = Math.max(0, ...lines.map(({ length }) => length));
  const widths = Array.from(
    { length: columns },
    (_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd())
    .join("\n");
}
