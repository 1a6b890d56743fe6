import { eventLog, type Recorded } from "@headwater/core";

/** An event of the log with its place, its content not yet parsed. */
export type LogEvent = {
  readonly position: number;
  readonly revision: number;
  readonly stream: string;
  readonly id: string;
  readonly type: string;
  /** About how much memory it takes. */
  readonly bytes: number;
  /** When, in units of 100 ns since 1970. */
  readonly created: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
};

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
let lastInstant = { ticks: "0", text: new Date(0).toISOString() };

/**
 * As the port shows it; undefined for what is the server's own. Data of other writers that is no JSON is `null`, with its
 * bytes beside it, and metadata that is no object is empty.
 */
export function toRecorded(event: LogEvent): Recorded | undefined {
  if (isSystemEvent(event)) return undefined;
  const { id, type, stream, revision, position } = event;
  const recorded = {
    id,
    type,
    stream,
    revision,
    position,
    recordedAt: isoText(event.created),
    data: event.isJson ? parsedOrNull(event.data) : null,
    metadata: metadataOf(event) as Recorded["metadata"],
  };
  const isJson = recorded.data !== null || event.isJson && utf8.decode(event.data) === "null";
  return isJson ? recorded : eventLog.noteBytes(recorded, event.data);
}

/** Positions and revisions are 64 bits wide; from 2^53 on they would no longer be told apart. */
export function placeOf(value: number): number {
  // The revision of a tombstone, as a number has it
  if (value === 2 ** 63) return Number.MAX_SAFE_INTEGER;
  if (!Number.isSafeInteger(value)) throw new RangeError(`Cannot count as far as "${value}"`);
  return value;
}

/** The same of a number in digits. */
export function place(text: string): number {
  return placeOf(Number(text));
}

/**
 * System events are the event store's own bookkeeping: metadata, links, checkpoints, tombstones. It removes them as it
 * sees fit, so that nobody should remember one.
 */
export function isSystemEvent({ stream, type }: Pick<LogEvent, "stream" | "type">): boolean {
  return type.startsWith("$") || stream.startsWith("$");
}

/** The same, of which nothing is parsed before it is asked for. */
export function toLean(event: LogEvent): Recorded | undefined {
  return isSystemEvent(event) ? undefined : new LeanLogEvent(event);
}

class LeanLogEvent extends eventLog.LeanEvent {
  readonly id: string;
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: string;
  readonly #event: LogEvent;
  #data: unknown;

  constructor(event: LogEvent) {
    super();
    this.id = event.id;
    this.type = event.type;
    this.stream = event.stream;
    this.revision = event.revision;
    this.position = event.position;
    this.recordedAt = isoText(event.created);
    this.#event = event;
  }

  get data(): unknown {
    return this.#data ??= this.#event.isJson ? parsedOrNull(this.#event.data) : null;
  }

  get metadata(): Recorded["metadata"] {
    return metadataOf(this.#event) as Recorded["metadata"];
  }

  get schemaVersion(): number {
    return eventLog.schemaVersionIn(utf8.decode(this.#event.metadata)) ??
      this.metadata.schemaVersion;
  }

  get texts(): eventLog.LeanTexts {
    const { id, isJson, data } = this.#event;
    const metadata = utf8.decode(this.#event.metadata);
    const isOurs = eventLog.schemaVersionIn(metadata) !== undefined &&
      !metadata.includes("$appendId");
    return {
      id,
      data: isJson ? utf8.decode(data) : "null",
      metadata: isOurs ? metadata : JSON.stringify(this.metadata),
    };
  }
}

/** Without what earlier versions of this adapter put there, to know their appends by. */
function metadataOf(event: LogEvent): object {
  const { $appendId: _mark, ...metadata } = asObject(parsedOrNull(event.metadata));
  return metadata;
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
