import { inTurns } from "./in_turns.ts";
import type { Row } from "./row_changes.ts";

/** `type` as PostgreSQL names it. */
export type Column = { readonly name: string; readonly type: string };

/** Types whose values PostgreSQL reads as JSON writes them, once the quotes are gone. */
const plainTypes = new Set([
  "text",
  "character varying",
  "character",
  "uuid",
  "boolean",
  "smallint",
  "integer",
  "bigint",
  "real",
  "double precision",
  "numeric",
  "date",
  "timestamp with time zone",
  "timestamp without time zone",
]);
const jsonTypes = new Set(["json", "jsonb"]);

/** True when rows of these columns can be sent as one array per column; not where a column is an array itself. */
export function fitsArrays(columns: readonly Column[]): boolean {
  return columns.every(({ type }) => plainTypes.has(type) || jsonTypes.has(type));
}

/** The values of one column as PostgreSQL writes an array, with the meaning that they have as JSON. */
export async function columnArray(
  rows: readonly Row[],
  { name, type }: Column,
): Promise<string> {
  const isJson = jsonTypes.has(type);
  let text = "";
  await inTurns(rows, (row) => {
    text += `${text && ","}${element(row[name], isJson)}`;
  });
  return `{${text}}`;
}

function element(value: unknown, isJson: boolean): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "string" && !isJson) return quoted(value);
  const json = JSON.stringify(value);
  if (json === undefined || json === "null") return "NULL";
  return quoted(!isJson && json.startsWith('"') ? JSON.parse(json) : json);
}

function quoted(text: string): string {
  return `"${/["\\]/.test(text) ? text.replace(/["\\]/g, "\\$&") : text}"`;
}
