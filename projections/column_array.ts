import { inTurns } from "./in_turns.ts";
import type { Row } from "./row_changes.ts";

/** The values of one column as PostgreSQL writes an array, with the meaning that they have as JSON. */
export async function columnArray(
  rows: readonly Row[],
  { property, isJson }: { readonly property: string; readonly isJson: boolean },
): Promise<string> {
  let text = "";
  await inTurns(rows, (row) => {
    text += `${text && ","}${element(row[property], isJson)}`;
  });
  return `{${text}}`;
}

function element(value: unknown, isJson: boolean): string {
  if (value === null) return "NULL";
  // Text of JSON has no control characters: quoted as JSON is, it is quoted as PostgreSQL wants it
  if (isJson) return JSON.stringify(JSON.stringify(value));
  return typeof value === "string" ? quoted(value) : String(value);
}

function quoted(text: string): string {
  return special.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : `"${text}"`;
}

const special = /["\\]/;
