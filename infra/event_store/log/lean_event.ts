import { eventLog, type Recorded } from "@headwater/core";
import { uuidText } from "./event_id.ts";
import { dataOf, isoText, jsonMark, metadataOf, type StoredEvent } from "./stored_event.ts";

const versionMark = '"schemaVersion":';

/** An event of which the data alone is parsed. */
export class LeanStoredEvent extends eventLog.LeanEvent {
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: string;
  readonly data: unknown;
  readonly #stored: StoredEvent;

  constructor(stored: StoredEvent) {
    super();
    this.type = stored.type;
    this.stream = stored.stream;
    this.revision = stored.revision;
    this.position = stored.position;
    this.recordedAt = isoText(stored.recordedAt);
    this.data = dataOf(stored);
    this.#stored = stored;
  }

  get id(): string {
    return uuidText(this.#stored.id);
  }

  get metadata(): Recorded["metadata"] {
    return metadataOf(this.#stored);
  }

  /** Found in the text where that is an object without objects in it, as our own always is. */
  get schemaVersion(): number {
    const { metadata, json } = this.#stored;
    return json === jsonMark.own && typeof metadata === "string" && metadata.indexOf("{", 1) < 0
      ? digitAfter(versionMark, metadata) ?? this.metadata.schemaVersion
      : this.metadata.schemaVersion;
  }
}

function digitAfter(mark: string, text: string): number | undefined {
  const at = text.indexOf(mark) + mark.length;
  if (at < mark.length) return undefined;
  const digit = text.charCodeAt(at) - 48;
  const isAll = text[at + 1] === "," || text[at + 1] === "}";
  return isAll && digit > 0 && digit < 10 ? digit : undefined;
}
