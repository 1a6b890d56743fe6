import type { Row } from "./row_changes.ts";

/** A column, where the table has it. */
export type CopiedColumn = { readonly property: string; readonly isJson: boolean };

/** A row as a line that COPY reads, with `last` as one more column; its values have the meaning that they have as JSON. */
export function copyLine(
  row: Row,
  { columns, last }: { readonly columns: readonly CopiedColumn[]; readonly last: number },
): string {
  const fields = columns.map(({ property, isJson }) => field(row[property], isJson));
  fields.push(`${last}\n`);
  // In one piece at once: thousands of lines are held, and texts of many pieces are a burden to the collector
  return fields.join("\t");
}

function field(value: unknown, isJson: boolean): string {
  if (value === null) return "\\N";
  // Text of JSON has no control characters
  if (isJson) return JSON.stringify(value).replaceAll("\\", "\\\\");
  return typeof value === "string" && special.test(value)
    ? value.replace(/[\\\n\r\t]/g, (character) => escapes[character]!)
    : String(value);
}

const special = /[\\\n\r\t]/;
const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
