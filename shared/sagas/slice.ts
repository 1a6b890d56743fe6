import { hash } from "node:crypto";
import type { Fragment, Sql } from "postgres";

/** Into so many slices the instances of a process manager fall; so many processes can share them. */
export const sliceCount = 16;

/** All of them. */
export const slices: readonly number[] = Array.from({ length: sliceCount }, (_, slice) => slice);

/** Which slice an instance belongs to, always and everywhere. */
export function sliceOf(id: string): number {
  return parseInt(hash("sha256", id, "hex").slice(0, 2), 16) % sliceCount;
}

/** A condition: the `id` of a row is that of an instance in one of these slices. */
export function isInSlices(sql: Sql, among: readonly number[]): Fragment {
  if (among.length === sliceCount) return sql`true`;
  return sql`get_byte(sha256(convert_to(id, 'UTF8')), 0) % ${sliceCount}::integer in (
    select value::integer from json_array_elements_text(${JSON.stringify(among)}::text::json))`;
}
