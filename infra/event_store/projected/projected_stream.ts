import { uuidText } from "../log/event_id.ts";
import {
  type Content,
  jsonMark,
  type StoredEvent,
  tombstoneRevision,
} from "../log/stored_event.ts";

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
  /** Undefined where it copies a link that was written, and where it is a stream's name. */
  readonly target: StoredEvent | undefined;
};

/** Distinguishes the links of different projections to one event; part of their ids. */
const kindDigit: Readonly<Record<ProjectionKind, string>> = {
  category: "8",
  type: "9",
  streams: "a",
  streamsOfCategory: "b",
  correlation: "c",
};

/** Which projection's stream has this name; undefined: none. */
export function projectedName(name: string): ProjectedName | undefined {
  if (name.startsWith("$ce-")) return { name, kind: "category", value: name.slice(4) };
  if (name === "$et-$deleted") return { name, kind: "type", value: "$streamDeleted" };
  if (name === "$et-$streamDeleted") return undefined;
  if (name.startsWith("$et-")) return { name, kind: "type", value: name.slice(4) };
  if (name.startsWith("$category-")) {
    return { name, kind: "streamsOfCategory", value: name.slice(10) };
  }
  if (name.startsWith("$bc-")) return { name, kind: "correlation", value: name.slice(4) };
  return name === "$streams" ? { name, kind: "streams", value: "" } : undefined;
}

/** The projected streams in which an event has its link. */
export function projectionsOf(
  { stream, type, revision, metadata }: StoredEvent,
): readonly ProjectedName[] {
  const names: ProjectedName[] = [];
  const dash = stream.indexOf("-");
  if (dash > 0 && !stream.startsWith("$")) {
    const value = stream.slice(0, dash);
    names.push({ name: `$ce-${value}`, kind: "category", value });
    if (revision === 0) {
      names.push({ name: `$category-${value}`, kind: "streamsOfCategory", value });
    }
  }
  if (type !== "$>") {
    const name = type === "$streamDeleted" ? "$et-$deleted" : `$et-${type}`;
    names.push({ name, kind: "type", value: type });
    const value = correlationIdOf(metadata);
    if (value !== undefined) names.push({ name: `$bc-${value}`, kind: "correlation", value });
  }
  if (revision === 0) names.push({ name: "$streams", kind: "streams", value: "" });
  return names;
}

function correlationIdOf(metadata: Content): string | undefined {
  if (typeof metadata !== "string" || !metadata.includes("$correlationId")) return undefined;
  try {
    const id = JSON.parse(metadata)?.$correlationId;
    return typeof id === "string" ? id : undefined;
  } catch {
    // Writers may give any bytes as metadata
    return undefined;
  }
}

/** The link to an event as the `revision`th of a projected stream: the same each time it is asked for. */
export function projectedLink(
  event: StoredEvent,
  { name, kind, revision }: ProjectedName & { readonly revision: number },
): ProjectedLink {
  const isLink = event.type === "$>";
  const isName = kind === "streamsOfCategory";
  const at = event.revision === tombstoneRevision ? "9223372036854775807" : event.revision;
  return {
    position: event.position,
    stream: name,
    revision,
    id: linkId(event, kind),
    type: isName ? "$@" : "$>",
    recordedAt: event.recordedAt,
    data: isName ? event.stream : isLink ? event.data : `${at}@${event.stream}`,
    metadata: JSON.stringify({
      $v: "1:-1:1:4",
      $c: event.position,
      $p: event.position,
      ...(kind === "correlation"
        ? { $eventTimestamp: new Date(event.recordedAt).toISOString().replace("Z", "000Z") }
        : !isName && { $o: event.stream }),
      $causedBy: uuidText(event.id),
    }),
    json: jsonMark.none,
    target: isLink || isName ? undefined : event,
  };
}

/** Unlike the event's own id it differs for each place in the log, since an id may have been written several times. */
function linkId({ position, id }: StoredEvent, kind: ProjectionKind): string {
  const place = position.toString(16).padStart(14, "0");
  const digits = uuidText(id).replaceAll("-", "");
  return uuidText(
    `${place.slice(0, 12)}8${kindDigit[kind]}${place.slice(12)}${digits.slice(16)}`,
  );
}
