import { eventLog, type Recorded } from "@headwater/core";
import { uuidText } from "./event_id.ts";
import { dataOf, isoText, jsonMark, metadataOf, type StoredEvent } from "./stored_event.ts";

const versionMark = '"schemaVersion":';

/** An event of which nothing is parsed before it is asked for. */
export class LeanStoredEvent extends eventLog.LeanEvent {
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: string;
  readonly #stored: StoredEvent;
  #data: unknown;

  constructor(stored: StoredEvent) {
    super();
    this.type = stored.type;
    this.stream = stored.stream;
    this.revision = stored.revision;
    this.position = stored.position;
    this.recordedAt = isoText(stored.recordedAt);
    this.#stored = stored;
  }

  get data(): unknown {
    return this.#data ??= dataOf(this.#stored);
  }

  get id(): string {
    return uuidText(this.#stored.id);
  }

  get metadata(): Recorded["metadata"] {
    return metadataOf(this.#stored);
  }

  get texts(): eventLog.LeanTexts {
    const { id, data, metadata, json } = this.#stored;
    const isOwn = json === jsonMark.own && typeof data === "string" && typeof metadata === "string";
    return {
      id: typeof id === "string" ? id : uuidText(id),
      data: isOwn ? data : JSON.stringify(this.data),
      metadata: isOwn ? metadata : JSON.stringify(this.metadata),
    };
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
