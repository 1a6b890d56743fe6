import { type EventId, uuidText } from "../log/event_id.ts";
import {
  type Content,
  jsonMark,
  revisionText,
  type StoredEvent,
  tombstoneRevision,
} from "../log/stored_event.ts";
import { metastreamOf, originalOf } from "../log/stream_metadata.ts";

/** A stream of a standard projection: links to all events, or names of all streams, that have something in common. */
export type ProjectedName = {
  readonly name: string;
  readonly kind: ProjectionKind;
  /** The category, the type, or the correlation id; empty for `$streams`. */
  readonly value: string;
};

export type ProjectionKind = "category" | "type" | "correlation" | "streams" | "streamsOfCategory";

/** A link that was never written: it follows from the event it leads to. */
export type ProjectedLink = StoredEvent & {
  /** Undefined: it leads where its content says, or it is a stream's name. */
  readonly target: StoredEvent | undefined;
};

/** What tells the links of different projections to one event apart; part of their ids. */
const kindDigit: Readonly<Record<ProjectionKind | "metadata", string>> = {
  category: "8",
  type: "9",
  streams: "a",
  streamsOfCategory: "b",
  correlation: "c",
  metadata: "d",
};

/** In the place of its type, of an event that deletes its stream. */
export const deletedType = "$deleted";

/** With this the original creates each stream of a projection. */
const projectedMetadata = JSON.stringify({ $acl: { $r: "$all", $mr: "$all" } });

/** Which projection's stream has this name; undefined: none. */
export function projectedName(name: string): ProjectedName | undefined {
  if (name === "$streams") return { name, kind: "streams", value: "" };
  const dash = name.indexOf("-");
  const value = name.slice(dash + 1);
  switch (name.slice(0, dash + 1)) {
    case "$ce-":
      return isCategory(value) ? { name, kind: "category", value } : undefined;
    case "$category-":
      return isCategory(value) ? { name, kind: "streamsOfCategory", value } : undefined;
    case "$et-":
      return { name, kind: "type", value };
    case "$bc-":
      return { name, kind: "correlation", value };
    default:
      return undefined;
  }
}

/** The projected streams in which an event has its link: none, if it is in a stream of the server's own. */
export function projectionsOf(event: StoredEvent): readonly ProjectedName[] {
  const { stream, type, revision, metadata } = event;
  const names: ProjectedName[] = [];
  if (!isProjected(stream)) return names;
  const deletes = isDeletion(event);
  const category = categoryOf(deletes ? ownerOf(stream) : stream);
  if (category !== undefined) {
    names.push({ name: `$ce-${category}`, kind: "category", value: category });
  }
  if (type !== "$>") {
    const value = deletes ? deletedType : type;
    names.push({ name: `$et-${value}`, kind: "type", value });
    const correlation = correlationIdOf(metadata);
    if (correlation !== undefined) {
      names.push({ name: `$bc-${correlation}`, kind: "correlation", value: correlation });
    }
  }
  if (revision === 0) {
    names.push({ name: "$streams", kind: "streams", value: "" });
    const value = categoryOf(stream);
    if (value !== undefined) {
      names.push({ name: `$category-${value}`, kind: "streamsOfCategory", value });
    }
  }
  return names;
}

/** The link to an event as the `revision`th of a projected stream: the same each time it is asked for. */
export function projectedLink(
  event: StoredEvent,
  { name, kind, revision }: ProjectedName & { readonly revision: number },
): ProjectedLink {
  const { stream, type, json, recordedAt } = event;
  const deletes = isDeletion(event);
  const correlation = json === jsonMark.none ? undefined : correlationIdOf(event.metadata);
  // By type, the original links to the stream that metadata is about, not to where it is
  const source = kind === "type" ? ownerOf(stream) : stream;
  const isCopied = kind === "category" && type === "$>";
  const isName = kind === "streamsOfCategory";
  return {
    position: event.position,
    stream: name,
    revision,
    id: linkId(event, kindDigit[kind]),
    type: isName ? "$@" : "$>",
    recordedAt,
    data: isName ? stream : isCopied ? event.data : `${revisionText(event.revision)}@${source}`,
    metadata: JSON.stringify({
      $v: "1:-1:1:4",
      $c: event.position,
      $p: event.position,
      ...(kind === "category" && { $o: deletes ? ownerOf(stream) : stream }),
      ...(deletes && (kind === "category" || kind === "type") && { $deleted: -1 }),
      ...(kind === "correlation" &&
        { $eventTimestamp: new Date(recordedAt).toISOString().replace("Z", "000Z") }),
      $causedBy: uuidText(event.id),
      ...(correlation && { $correlationId: correlation }),
    }),
    json: jsonMark.none,
    target: isCopied || isName || source !== stream ? undefined : event,
  };
}

/** The metadata of a projected stream to which nobody has written any, by its first link. */
export function metadataOfProjected(first: StoredEvent): StoredEvent {
  return {
    position: first.position,
    stream: metastreamOf(first.stream),
    revision: 0,
    id: linkId(first, kindDigit.metadata),
    type: "$metadata",
    recordedAt: first.recordedAt,
    data: projectedMetadata,
    metadata: "",
    json: jsonMark.claimed,
  };
}

/** The original projects the streams of its users, and their metadata. */
function isProjected(stream: string): boolean {
  return !ownerOf(stream).startsWith("$");
}

/** The stream itself, or the one that it holds the metadata of. */
function ownerOf(stream: string): string {
  return originalOf(stream) ?? stream;
}

/** Whether its stream is deleted by an event: for ever, or until somebody writes to it. */
function isDeletion({ stream, type, data }: StoredEvent): boolean {
  if (originalOf(stream) === undefined) return type === "$streamDeleted";
  if (type !== "$metadata" || typeof data !== "string") return false;
  try {
    const truncateBefore: unknown = JSON.parse(data)?.$tb;
    return typeof truncateBefore === "number" && truncateBefore >= tombstoneRevision;
  } catch {
    // Anybody may write to a stream of metadata
    return false;
  }
}

function categoryOf(stream: string): string | undefined {
  const category = stream.slice(0, Math.max(0, stream.indexOf("-")));
  return isCategory(category) ? category : undefined;
}

function isCategory(value: string): boolean {
  return value !== "" && !value.startsWith("$");
}

/** A text, or a whole number. */
function correlationIdOf(metadata: Content): string | undefined {
  if (typeof metadata !== "string" || !metadata.includes("$correlationId")) return undefined;
  try {
    const id: unknown = JSON.parse(metadata)?.$correlationId;
    return typeof id === "string" || Number.isSafeInteger(id) ? String(id) : undefined;
  } catch {
    // Writers may give any bytes as metadata
    return undefined;
  }
}

/** Unlike the event's own id it differs for each place in the log, since an id may have been written several times. */
function linkId(
  { position, id }: { readonly position: number; readonly id: EventId },
  kind: string,
): string {
  const place = position.toString(16).padStart(14, "0");
  const digits = uuidText(id).replaceAll("-", "");
  return uuidText(`${place.slice(0, 12)}8${kind}${place.slice(12)}${digits.slice(16)}`);
}
