import assert from "node:assert/strict";
import type { Checkpoint } from "../generation.ts";
import { changesRow, keyOf, rowsUpTo } from "./world_events.ts";

/** So many keys may be parked. */
export const mostKeys = 3;

/** Events are known by their positions: those of which rows came, and those that are parked. */
export type Table = {
  readonly checkpoint: Checkpoint;
  readonly rows: readonly number[];
  readonly letters: readonly number[];
  /** Letters of these keys are to be tried. */
  readonly due: readonly number[];
};

export function emptyTable(): Table {
  const checkpoint = {
    epoch: 0,
    position: undefined,
    mark: undefined,
    status: "building" as const,
  };
  return { checkpoint, rows: [], letters: [], due: [] };
}

/** What became of events: as an own implementation of what a fold does, in a few lines. */
export type WorldFold = {
  readonly rows: readonly number[];
  readonly letters: readonly number[];
  /** The event for which there is no place any more. */
  readonly bad: number | undefined;
};

export function foldWorld(
  events: readonly number[],
  { parked, isBad }: { readonly parked: readonly number[]; isBad(position: number): boolean },
): WorldFold {
  const rows: number[] = [];
  const letters: number[] = [];
  for (const position of events) {
    const keys = keysOf([...parked, ...letters]);
    const isBehind = keys.includes(keyOf(position));
    if (!isBehind && !isBad(position)) {
      if (changesRow(position)) rows.push(position);
      continue;
    }
    if (!isBehind && keys.length >= mostKeys) return { rows, letters, bad: position };
    letters.push(position);
  }
  return { rows, letters, bad: undefined };
}

/** The table once everything up to a checkpoint was taken in; undefined: there is no place for all that has to be parked. */
export function takenIn(
  table: Table,
  { checkpoint, notFolded }: {
    readonly checkpoint: Checkpoint;
    readonly notFolded: ReadonlySet<number>;
  },
): Table | undefined {
  const { position: from = 0 } = table.checkpoint;
  const { position: to = 0 } = checkpoint;
  const events = Array.from({ length: to - from }, (_, index) => from + index + 1);
  const isBad = (position: number) => notFolded.has(position);
  const { rows, letters, bad } = foldWorld(events, { parked: table.letters, isBad });
  if (bad !== undefined) return undefined;
  return {
    ...table,
    checkpoint,
    rows: [...table.rows, ...rows],
    letters: [...table.letters, ...letters],
  };
}

/** Tries the letters of one key that is due, oldest first. */
export function tryKey(table: Table, isBad: (position: number) => boolean): Table {
  const [key, ...due] = table.due;
  const tried = table.letters.filter((position) => keyOf(position) === key);
  const bad = tried.findIndex(isBad);
  const done = bad === -1 ? tried : tried.slice(0, bad);
  const rows = ordered([...table.rows, ...done.filter(changesRow)]);
  const letters = table.letters.filter((position) => !done.includes(position));
  return { ...table, rows, letters, due };
}

export function keysOf(letters: readonly number[]): number[] {
  return [...new Set(letters.map(keyOf))];
}

export function ordered(positions: readonly number[]): number[] {
  return positions.toSorted((a, b) => a - b);
}

/** Each event is in its row or in a letter, once; and in no row that has letters is anything that came after them. */
export function assertWhole({ checkpoint, rows, letters }: Table): void {
  const all = ordered([...rows, ...letters.filter(changesRow)]);
  assert.deepEqual(all, rowsUpTo(checkpoint.position), "each once");
  assert.ok(keysOf(letters).length <= mostKeys);
  for (const letter of letters) {
    const after = rows.filter((row) => row > letter && keyOf(row) === keyOf(letter));
    assert.deepEqual(after, [], "in order");
  }
}

/** What readers are to be shown at a position: all but what is parked. */
export function shownUpTo(position: number | undefined, { letters }: Table): number[] {
  return rowsUpTo(position).filter((row) => !letters.includes(row));
}
