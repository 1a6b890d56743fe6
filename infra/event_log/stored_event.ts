import type { EventMetadata, Recorded } from "@headwater/shared/domain/event";

/** An event as the tables hold it: content still as text. */
export type StoredEvent = {
  readonly position: number;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
  /** JSON. */
  readonly data: string;
  /** JSON. */
  readonly metadata: string;
};

let lastInstant = { ms: 0, text: new Date(0).toISOString() };

/** Parses the content. Throws where it is not JSON: then the file is damaged. */
export function toRecorded(stored: StoredEvent): Recorded {
  return {
    id: stored.id,
    stream: stored.stream,
    revision: stored.revision,
    position: stored.position,
    type: stored.type,
    recordedAt: isoText(stored.recordedAt),
    data: parsed(stored, "data"),
    metadata: parsed(stored, "metadata") as EventMetadata,
  };
}

function parsed(stored: StoredEvent, part: "data" | "metadata"): unknown {
  try {
    return JSON.parse(stored[part]);
  } catch (cause) {
    throw new Error(
      `Cannot read event ${stored.revision} of stream "${stored.stream}": its ${part} is damaged`,
      { cause },
    );
  }
}

/** About how many bytes it takes in memory, give or take. */
export function sizeOf(stored: { readonly data: string; readonly metadata: string }): number {
  return stored.data.length + stored.metadata.length + 200;
}

/** Neighbouring events were mostly recorded in the same millisecond, and formatting a date is slow. */
function isoText(ms: number): string {
  if (lastInstant.ms !== ms) lastInstant = { ms, text: new Date(ms).toISOString() };
  return lastInstant.text;
}
