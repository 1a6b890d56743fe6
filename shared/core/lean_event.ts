import type { EventMetadata, Recorded } from "./event.ts";

/**
 * An event of whose metadata nothing is made before it is asked for: for who reads very many of them, and looks at little.
 * All that `Recorded` has is there, but not all of it is its own and enumerable.
 */
export abstract class LeanEvent implements Recorded {
  /** As in `Recorded`. */
  abstract readonly id: string;
  /** As in `Recorded`. */
  abstract readonly type: string;
  /** As in `Recorded`. */
  abstract readonly stream: string;
  /** As in `Recorded`. */
  abstract readonly revision: number;
  /** As in `Recorded`. */
  abstract readonly position: number;
  /** As in `Recorded`. */
  abstract readonly recordedAt: string;
  /** As in `Recorded`. */
  abstract readonly data: unknown;
  /** As in `Recorded`. */
  abstract readonly metadata: EventMetadata;
  /** As in its metadata. */
  abstract readonly schemaVersion: number;
  /** Not parsed yet: to be sent elsewhere. */
  abstract readonly texts: LeanTexts;
}

/** What an event has as text: data and metadata as JSON, the id as 32 hexadecimal digits, with hyphens or without. */
export type LeanTexts = { readonly id: string; readonly data: string; readonly metadata: string };

/** @internal */
export function schemaVersionOf(recorded: Recorded): number {
  return recorded instanceof LeanEvent ? recorded.schemaVersion : recorded.metadata.schemaVersion;
}

/** @internal */
export function withData(recorded: Recorded, data: unknown): Recorded {
  if (!(recorded instanceof LeanEvent)) return { ...recorded, data };
  const { id, type, stream, revision, position, recordedAt, metadata } = recorded;
  return { id, type, stream, revision, position, recordedAt, data, metadata };
}

const versionMark = '"schemaVersion":';

/**
 * The version of its schema that the metadata of an event has, as JSON. Found without parsing where that is an object
 * without objects in it and the version one digit, as nearly all are; undefined: parse it.
 */
export function schemaVersionIn(metadata: string): number | undefined {
  if (metadata.indexOf("{", 1) >= 0) return undefined;
  const at = metadata.indexOf(versionMark) + versionMark.length;
  if (at < versionMark.length) return undefined;
  const digit = metadata.charCodeAt(at) - 48;
  const isAll = metadata[at + 1] === "," || metadata[at + 1] === "}";
  return isAll && digit > 0 && digit < 10 ? digit : undefined;
}
