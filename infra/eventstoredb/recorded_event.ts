import type streams from "@eventstore/db-client/generated/streams_pb.js";
import type { Recorded } from "@headwater/core";

type WireEvent = streams.ReadResp.ReadEvent.RecordedEvent;

/** An event of the log with its place, its content not yet parsed. */
export type LogEvent = {
  readonly position: number;
  readonly revision: number;
  readonly stream: string;
  readonly id: string;
  readonly type: string;
  /** About how much memory it takes. */
  readonly bytes: number;
  readonly wire: WireEvent;
};

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
let lastInstant = { ticks: "0", text: new Date(0).toISOString() };

/** The event of an answer; undefined for answers of other kinds. */
export function logEvent(response: streams.ReadResp): LogEvent | undefined {
  const wire = response.getEvent()?.getEvent();
  if (!wire) return undefined;
  return {
    position: place(wire.getCommitPosition()),
    revision: place(wire.getStreamRevision()),
    stream: utf8.decode(wire.getStreamIdentifier()!.getStreamName_asU8()),
    id: wire.getId()!.getString(),
    type: wire.getMetadataMap().get("type") ?? "",
    bytes: wire.getData_asU8().length + wire.getCustomMetadata_asU8().length + 500,
    wire,
  };
}

/**
 * As the port shows it; undefined for what is the server's own. Data of other writers that is no JSON is `null`, and
 * metadata that is no object is empty.
 */
export function toRecorded(event: LogEvent): Recorded | undefined {
  if (isSystemEvent(event)) return undefined;
  const { id, type, stream, revision, position, wire } = event;
  return {
    id,
    type,
    stream,
    revision,
    position,
    recordedAt: isoText(wire.getMetadataMap().get("created") ?? "0"),
    data: isJson(wire) ? parsedOrNull(wire.getData_asU8()) : null,
    metadata: metadataOf(wire) as Recorded["metadata"],
  };
}

/** Positions and revisions are 64 bits wide; from 2^53 on they would no longer be told apart. */
export function place(text: string): number {
  const value = Number(text);
  // The revision of a tombstone.
  if (text === "9223372036854775807") return Number.MAX_SAFE_INTEGER;
  if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot count as far as "${text}"`);
  return value;
}

/**
 * System events are the event store's own bookkeeping: metadata, links, checkpoints, tombstones. It removes them as it
 * sees fit, so that nobody should remember one.
 */
export function isSystemEvent({ stream, type }: Pick<LogEvent, "stream" | "type">): boolean {
  return type.startsWith("$") || stream.startsWith("$");
}

/** Without what earlier versions of this adapter put there, to know their appends by. */
function metadataOf(wire: WireEvent): object {
  const { $appendId: _mark, ...metadata } = asObject(parsedOrNull(wire.getCustomMetadata_asU8()));
  return metadata;
}

function isJson(wire: WireEvent): boolean {
  return wire.getMetadataMap().get("content-type") === "application/json";
}

function parsedOrNull(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Record<string, unknown> {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? value as Record<string, unknown> : {};
}

/** Given in units of 100 ns; neighbours were mostly recorded together, and formatting a date is slow. */
function isoText(ticks: string): string {
  if (lastInstant.ticks !== ticks) {
    const text = new Date(Math.floor(Number(ticks) / 10_000)).toISOString();
    lastInstant = { ticks, text };
  }
  return lastInstant.text;
}
