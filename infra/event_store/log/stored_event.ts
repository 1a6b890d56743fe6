import { eventLog, type Recorded } from "@headwater/core";
import { type EventId, uuidText } from "./event_id.ts";

/** Bytes; as text where they are UTF-8. */
export type Content = string | Uint8Array;

/** An event as the tables hold it: content not parsed. */
export type StoredEvent = {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: EventId;
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  readonly data: Content;
  readonly metadata: Content;
  readonly json: JsonMark;
};

/** What is known about data: not JSON, JSON with JSON metadata from this log's own port, or what a client called JSON. */
export const jsonMark = { none: 0, own: 1, claimed: 2 } as const;
export type JsonMark = typeof jsonMark[keyof typeof jsonMark];

/** The revision of the event that deletes a stream for ever: no event comes after it. */
export const tombstoneRevision: number = Number.MAX_SAFE_INTEGER;
/** The same to clients: EventStoreDB counts in 64 bits. */
export const wireTombstone = 2n ** 63n - 1n;

let lastInstant = { ms: 0, text: new Date(0).toISOString() };

/**
 * Parses the content. Throws where it is not the JSON that the port wrote: then the file is damaged. Of other writers'
 * events, data that is no JSON is `null`, with its bytes beside it, and metadata that is no object is empty.
 */
export function toRecorded(stored: StoredEvent): Recorded {
  const event = {
    id: uuidText(stored.id),
    stream: stored.stream,
    revision: stored.revision,
    position: stored.position,
    type: stored.type,
    recordedAt: isoText(stored.recordedAt),
    data: dataOf(stored),
    metadata: metadataOf(stored),
  };
  const isJson = stored.json === jsonMark.own || event.data !== null;
  return isJson ? event : withBytes(event, stored.data);
}

function withBytes(event: Recorded, data: Content): Recorded {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const isNull = contentText(data) === "null";
  return isNull ? event : eventLog.noteBytes(event, bytes);
}

/** As `toRecorded` has it. */
export function dataOf(stored: StoredEvent): unknown {
  return stored.json === jsonMark.own ? parsed(stored, "data") : parsedOrNull(stored.data);
}

/** As `toRecorded` has it. */
export function metadataOf(stored: StoredEvent): Recorded["metadata"] {
  const isOwn = stored.json === jsonMark.own;
  return (isOwn ? parsed(stored, "metadata") : asObject(stored.metadata)) as Recorded["metadata"];
}

/** A revision as clients know it. */
export function revisionText(revision: number): string {
  return String(revision >= tombstoneRevision ? wireTombstone : revision);
}

/** System events are the event store's own bookkeeping: metadata, links, checkpoints, tombstones. */
export function isSystemEvent({ stream, type }: Pick<StoredEvent, "stream" | "type">): boolean {
  return type.startsWith("$") || stream.startsWith("$");
}

function parsed(stored: StoredEvent, part: "data" | "metadata"): unknown {
  try {
    return JSON.parse(contentText(stored[part]));
  } catch (cause) {
    throw new Error(
      `Cannot read event ${stored.revision} of stream "${stored.stream}": its ${part} is damaged`,
      { cause },
    );
  }
}

function parsedOrNull(content: Content): unknown {
  try {
    return JSON.parse(contentText(content));
  } catch {
    return null;
  }
}

function asObject(content: Content): object {
  const value = parsedOrNull(content);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** Content as text; bytes that are no UTF-8 are replaced. */
export function contentText(content: Content): string {
  return typeof content === "string" ? content : new TextDecoder().decode(content);
}

/** About how many bytes it takes in memory, give or take. */
export function sizeOf(stored: { readonly data: Content; readonly metadata: Content }): number {
  return stored.data.length + stored.metadata.length + 200;
}

/** Neighbouring events were mostly recorded in the same millisecond, and formatting a date is slow. */
export function isoText(ms: number): string {
  if (lastInstant.ms !== ms) lastInstant = { ms, text: new Date(ms).toISOString() };
  return lastInstant.text;
}
