import type { eventLog, View } from "@headwater/core";
import { type CopiedColumn, copyLine } from "./copy_line.ts";
import { inTurns } from "./in_turns.ts";
import type { Place } from "./place_index.ts";
import type { Row } from "./row_changes.ts";
import type { PackedSums } from "./sums_table.ts";

/** How far a table is filled. */
export type Reached = {
  readonly position: number | undefined;
  readonly mark: eventLog.LogMark | undefined;
};

/** Rows as they are sent. */
export type PackedPart = {
  /** As COPY reads them: the view's columns, and the position as of which they are what they are. */
  readonly lines: Uint8Array<ArrayBuffer>;
  /** In the same sequence. */
  readonly keys: readonly string[];
  readonly position: number;
};

/** A table that is filled, as whoever folds sees it. All that goes to and fro may be sent between threads. */
export interface FillTarget {
  /** The rows at these places, as JSON. */
  read(places: readonly Place[]): Promise<readonly { readonly text: string; place: Place }[]>;
  /** Adds rows, and tells where each is. The checkpoint stays where it is. */
  add(part: PackedPart): Promise<readonly Place[]>;
  /** Moves the checkpoint to where everything is in it that was added, takes away `stale` rows, and adds to the sums. */
  save(
    to: Reached,
    more: { readonly stale: readonly Place[]; readonly sums: PackedSums | undefined },
  ): Promise<void>;
}

const utf8 = new TextEncoder();

/**
 * The longest rows first: room that they leave in the table is taken by shorter ones of the same part, and next to none is
 * left for those that come later, which all lie behind them then.
 *
 * Rejects when one of them would not come back as it is.
 */
export async function packedPart(
  view: View,
  { rows, position }: { readonly rows: readonly Row[]; readonly position: number },
): Promise<PackedPart> {
  const columns = Object.entries(view.columns)
    .map(([property, { type }]): CopiedColumn => ({ property, isJson: type === "jsonb" }));
  const lines: { readonly key: string; readonly line: string }[] = [];
  await inTurns(rows, (row) => {
    view.check(row);
    lines.push({ key: row[view.primaryKey], line: copyLine(row, { columns, last: position }) });
  });
  lines.sort((one, other) => other.line.length - one.line.length);
  const text = lines.map(({ line }) => line).join("");
  return { lines: utf8.encode(text), keys: lines.map(({ key }) => key), position };
}
