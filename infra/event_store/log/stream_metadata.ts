import {
  type Content,
  contentText,
  type JsonMark,
  jsonMark,
  tombstoneRevision,
} from "./stored_event.ts";

/** What a stream's metadata says about how much of it can be read. */
export type Retention = {
  /** Only so many of the newest events. */
  readonly maxCount: number | undefined;
  /** Only events that are at most so many seconds old. */
  readonly maxAge: number | undefined;
  /** Only events from this revision on; `tombstoneRevision`: none, the stream is deleted until somebody writes to it. */
  readonly truncateBefore: number | undefined;
};

const noRetention: Retention = {
  maxCount: undefined,
  maxAge: undefined,
  truncateBefore: undefined,
};

/** Deletes a stream until somebody writes to it. EventStoreDB counts revisions in 64 bits; what is beyond ours is the end. */
export const softDeletionMetadata = '{"$tb":9223372036854775807}';

/** Reads a metadata event's content; malformed metadata counts as none, as on the original. */
export function retentionOf(
  { data, json }: { readonly data: Content; readonly json: JsonMark },
): Retention {
  const fields = json === jsonMark.none ? undefined : jsonObject(data);
  if (!fields) return noRetention;
  const { $maxCount, $maxAge, $tb } = fields;
  if (!isMissingOrAtLeast($maxCount, 1) || !isMissingOrAtLeast($maxAge, 1)) return noRetention;
  if (!isMissingOrAtLeast($tb, 0)) return noRetention;
  return { maxCount: place($maxCount), maxAge: place($maxAge), truncateBefore: place($tb) };
}

/** The same metadata, with the stream readable from `revision` on; undefined when it is malformed. */
export function revived(data: Content, revision: number): string | undefined {
  const fields = jsonObject(data);
  return fields && JSON.stringify({ ...fields, $tb: revision });
}

/** `$$name` holds the metadata of `name`. */
export function metastreamOf(stream: string): string {
  return `$$${stream}`;
}

/** The stream whose metadata `stream` holds; undefined: it holds no metadata. */
export function originalOf(stream: string): string | undefined {
  return stream.startsWith("$$") ? stream.slice(2) : undefined;
}

function jsonObject(data: Content): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(contentText(data));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isMissingOrAtLeast(value: unknown, least: number): boolean {
  return value === undefined || Number.isInteger(value) && (value as number) >= least;
}

function place(value: unknown): number | undefined {
  return value === undefined ? undefined : Math.min(value as number, tombstoneRevision);
}
