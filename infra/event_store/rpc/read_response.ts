import {
  type Content,
  jsonMark,
  type StoredEvent,
  tombstoneRevision,
  wireTombstone,
} from "../log/stored_event.ts";
import type { ResolvedEvent } from "../projected/event_store.ts";
import { type EventId, uuidText, uuidToBytes } from "../log/event_id.ts";
import type { ProtobufWriter } from "../grpc/protobuf_writer.ts";

export type UuidForm = "string" | "structured";

let lastInstant = { ms: 0, ticks: "0" };

/** Writes a `ReadResp` with an event. */
export function writeEventResponse(
  writer: ProtobufWriter,
  { resolved, uuidForm }: { readonly resolved: ResolvedEvent; readonly uuidForm: UuidForm },
): void {
  writer.beginFrame();
  const response = writer.beginNested(1);
  writeReadEvent(writer, { resolved, uuidForm });
  writer.uint(3, (resolved.link ?? resolved.event)!.position);
  writer.endNested(response);
  writer.endFrame();
}

/** The event and its link, as in a `ReadEvent`: fields 1 and 2. */
export function writeReadEvent(
  writer: ProtobufWriter,
  { resolved: { event, link }, uuidForm }: {
    readonly resolved: ResolvedEvent;
    readonly uuidForm: UuidForm;
  },
): void {
  if (event) writeRecordedEvent(writer, { field: 1, event, uuidForm });
  if (link) writeRecordedEvent(writer, { field: 2, event: link, uuidForm });
}

function writeRecordedEvent(
  writer: ProtobufWriter,
  { field, event, uuidForm }: {
    readonly field: number;
    readonly event: StoredEvent;
    readonly uuidForm: UuidForm;
  },
): void {
  const { position, revision } = event;
  const recorded = writer.beginNested(field);
  writeUuid(writer, { field: 1, id: event.id, uuidForm });
  writeStreamIdentifier(writer, { field: 2, name: event.stream });
  writer.uint(3, revision === tombstoneRevision ? wireTombstone : revision);
  writer.uint(4, position);
  writer.uint(5, position);
  writeMapEntry(writer, { key: "type", value: event.type });
  writeMapEntry(writer, { key: "created", value: ticksOf(event.recordedAt) });
  const contentType = event.json === jsonMark.none
    ? "application/octet-stream"
    : "application/json";
  writeMapEntry(writer, { key: "content-type", value: contentType });
  writeContent(writer, { field: 7, content: event.metadata });
  writeContent(writer, { field: 8, content: event.data });
  writer.endNested(recorded);
}

/** A `UUID` in the form asked for. */
function writeUuid(
  writer: ProtobufWriter,
  { field, id, uuidForm }: {
    readonly field: number;
    readonly id: EventId;
    readonly uuidForm: UuidForm;
  },
): void {
  const uuid = writer.beginNested(field);
  if (uuidForm === "string") writer.string(2, uuidText(id));
  else {
    const bytes = typeof id === "string" ? uuidToBytes(uuidText(id)) : id;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const structured = writer.beginNested(1);
    writer.int(1, view.getBigInt64(0));
    writer.int(2, view.getBigInt64(8));
    writer.endNested(structured);
  }
  writer.endNested(uuid);
}

/** A `StreamIdentifier`. */
export function writeStreamIdentifier(
  writer: ProtobufWriter,
  { field, name }: { readonly field: number; readonly name: string },
): void {
  const identifier = writer.beginNested(field);
  writer.string(3, name);
  writer.endNested(identifier);
}

/** A position in the log: commit and prepare are one. */
export function writePosition(
  writer: ProtobufWriter,
  { field, position }: { readonly field: number; readonly position: number },
): void {
  const nested = writer.beginNested(field);
  writer.uint(1, position);
  writer.uint(2, position);
  writer.endNested(nested);
}

/** A `ReadResp` that says that the subscription, persistent or not, stands. */
export function writeConfirmation(writer: ProtobufWriter, subscriptionId: string): void {
  writer.beginFrame();
  const confirmation = writer.beginNested(2);
  writer.string(1, subscriptionId);
  writer.endNested(confirmation);
  writer.endFrame();
}

/** A `ReadResp` that says that everything up to `position` was looked at. */
export function writeCheckpoint(
  writer: ProtobufWriter,
  { position, at }: { readonly position: number; readonly at: Date },
): void {
  writer.beginFrame();
  const checkpoint = writer.beginNested(3);
  writer.uint(1, position);
  writer.uint(2, position);
  writeTimestamp(writer, { field: 3, at });
  writer.endNested(checkpoint);
  writer.endFrame();
}

/**
 * A `ReadResp` that says that what follows is new. Clients of servers after 24.6 expect the time and the place from which
 * to go on: a stream's revision or a position in the log, and neither where nothing is written yet.
 */
export function writeCaughtUp(
  writer: ProtobufWriter,
  { revision, position, at }: {
    readonly revision?: number;
    readonly position?: number;
    readonly at: Date;
  },
): void {
  writer.beginFrame();
  const caughtUp = writer.beginNested(8);
  writeTimestamp(writer, { field: 1, at });
  // The fields are optional ones: 0 must be told from nothing
  if (revision !== undefined && revision >= 0) writer.uint(2, revision);
  if (position !== undefined && position >= 0) writePosition(writer, { field: 3, position });
  writer.endNested(caughtUp);
  writer.endFrame();
}

/** A `ReadResp` that says that there is no such stream. */
export function writeStreamNotFound(writer: ProtobufWriter, name: string): void {
  writer.beginFrame();
  const notFound = writer.beginNested(4);
  writeStreamIdentifier(writer, { field: 1, name });
  writer.endNested(notFound);
  writer.endFrame();
}

/** A `google.protobuf.Timestamp`. */
function writeTimestamp(
  writer: ProtobufWriter,
  { field, at }: { readonly field: number; readonly at: Date },
): void {
  const ms = at.getTime();
  const timestamp = writer.beginNested(field);
  writer.uint(1, Math.floor(ms / 1000));
  writer.uint(2, (ms % 1000) * 1_000_000);
  writer.endNested(timestamp);
}

/** A `ReadResp` that says at which revision a stream begins, or ends. */
export function writeStreamBound(
  writer: ProtobufWriter,
  { bound, revision }: { readonly bound: "first" | "last"; readonly revision: number },
): void {
  writer.beginFrame();
  writer.uint(bound === "first" ? 5 : 6, revision);
  writer.endFrame();
}

function writeMapEntry(
  writer: ProtobufWriter,
  { key, value }: { readonly key: string; readonly value: string },
): void {
  const entry = writer.beginNested(6);
  writer.string(1, key);
  writer.string(2, value);
  writer.endNested(entry);
}

function writeContent(
  writer: ProtobufWriter,
  { field, content }: { readonly field: number; readonly content: Content },
): void {
  if (content.length === 0) return;
  if (typeof content === "string") writer.string(field, content);
  else writer.bytes(field, content);
}

/** 100-nanosecond ticks since 1970. */
function ticksOf(ms: number): string {
  if (lastInstant.ms !== ms) lastInstant = { ms, ticks: `${ms}0000` };
  return lastInstant.ticks;
}
