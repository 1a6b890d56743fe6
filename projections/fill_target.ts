import type { eventLog, View } from "@headwater/core";
import { columnArray } from "./column_array.ts";
import { inTurns } from "./in_turns.ts";
import type { Place } from "./place_index.ts";
import type { Row } from "./row_changes.ts";
import type { PackedSums } from "./sums_table.ts";

/** How far a table is filled. */
export type Reached = {
  readonly position: number | undefined;
  readonly mark: eventLog.LogMark | undefined;
};

/** Rows as they are sent: an array of each column in the sequence of the view's, and the keys. */
export type PackedPart = { readonly arrays: readonly string[]; readonly keys: readonly string[] };

/** A table that is filled, as whoever folds sees it. All that goes to and fro may be sent between threads. */
export interface FillTarget {
  /** The rows at these places, as JSON. */
  read(places: readonly Place[]): Promise<readonly { readonly text: string; place: Place }[]>;
  /** Adds rows as of a position, and tells where each is. The checkpoint stays where it is. */
  add(part: PackedPart, position: number): Promise<readonly Place[]>;
  /** Moves the checkpoint to where everything is in it that was added, takes away `stale` rows, and adds to the sums. */
  save(
    to: Reached,
    more: { readonly stale: readonly Place[]; readonly sums: PackedSums | undefined },
  ): Promise<void>;
}

/** Rejects when one of them would not come back as it is. */
export async function packedPart(view: View, rows: readonly Row[]): Promise<PackedPart> {
  await inTurns(rows, (row) => view.check(row));
  const arrays: string[] = [];
  for (const [property, { type }] of Object.entries(view.columns)) {
    arrays.push(await columnArray(rows, { property, isJson: type === "jsonb" }));
  }
  return { arrays, keys: rows.map((row) => row[view.primaryKey]) };
}
