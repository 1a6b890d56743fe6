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
}

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
