import { fingerprint, type Recorded, type View } from "@headwater/core";

/** Why an event could not be applied to a row. */
export type LetterClass =
  /** What is stored does not fit its schema, or is of a newer version of it; or `key` threw. */
  | "unreadable"
  /** `evolve` threw. */
  | "threw"
  /** The row that came of it was refused, by the view's columns or by PostgreSQL. */
  | "refused"
  /** Nothing is wrong with it: an earlier one of its key, or of its stream, is parked. */
  | "behind";

/** What is parked together, in order: the events of a key, or those of a stream whose key could not be told. */
export type Lane = { readonly byStream: boolean; readonly key: string };

export type Trouble = { readonly class: LetterClass; readonly cause: string };

/** An event that waits for an operator, or for a release that can apply it. */
export type Letter = Lane & Trouble & {
  /** As the log gave it. */
  readonly recorded: Recorded;
};

/** What operators are told of a class. */
export const classWords: Readonly<Record<LetterClass, string>> = {
  unreadable: "cannot be read",
  threw: "evolve threw",
  refused: "row refused",
  behind: "behind an earlier letter",
};

/** Whose letters they are: all that belongs to a generation goes when it is dropped. */
export type LettersOf = { readonly name: string; readonly generation: number };

/** What letters are tried with: another release of the view may be able to apply them. */
export function releaseOf({ version, fingerprint, code }: View): string {
  return `${version} ${fingerprint} ${code}`;
}

/** What is put aside: how many keys, and whether letters are to be tried. */
export type Parked = { readonly parkedKeys: number; readonly areDue: boolean };

export function keyLane(key: string): Lane {
  return { byStream: false, key: laneName(key) };
}

export function streamLane(stream: string): Lane {
  return { byStream: true, key: laneName(stream) };
}

/** Bytes; an index of PostgreSQL takes 2,704 for all its columns. */
const longestName = 2_400;

/** The key or the stream itself, or of one that no index takes how it begins, with a fingerprint. */
export function laneName(text: string): string {
  // Three bytes at most for each unit of UTF-16
  const isShort = text.length * 3 <= longestName ||
    new TextEncoder().encode(text).byteLength <= longestName;
  return isShort ? text : `${text.slice(0, 200).toWellFormed()}…${fingerprint(text)}`;
}

/** The same for the same lane. */
export function laneText({ byStream, key }: Lane): string {
  return `${byStream ? "stream" : "key"} ${key}`;
}
