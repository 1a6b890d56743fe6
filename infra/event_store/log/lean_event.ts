import { eventLog, type Recorded } from "@headwater/core";
import { uuidText } from "./event_id.ts";
import {
  type Content,
  dataOf,
  isoText,
  type JsonMark,
  jsonMark,
  metadataOf,
  type StoredEvent,
} from "./stored_event.ts";

/** Position, stream, revision, id, type, recorded at, data, metadata, JSON mark. */
export type BulkRow = [number, number, number, string, string, number, Content, Content, JsonMark];

/** An event of which nothing is parsed before it is asked for. */
export class LeanStoredEvent extends eventLog.LeanEvent {
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: string;
  readonly #row: BulkRow;
  #data: unknown;

  /** The row names its stream by a number. */
  constructor(row: BulkRow, stream: string) {
    super();
    this.position = row[0];
    this.stream = stream;
    this.revision = row[2];
    this.type = row[4];
    this.recordedAt = isoText(row[5]);
    this.#row = row;
  }

  get data(): unknown {
    return this.#data ??= dataOf(this.#stored);
  }

  get id(): string {
    return uuidText(this.#row[3]);
  }

  get metadata(): Recorded["metadata"] {
    return metadataOf(this.#stored);
  }

  get texts(): eventLog.LeanTexts {
    const [, , , id, , , data, metadata, json] = this.#row;
    if (json === jsonMark.own && typeof data === "string" && typeof metadata === "string") {
      return { id, data, metadata };
    }
    return { id, data: JSON.stringify(this.data), metadata: JSON.stringify(this.metadata) };
  }

  get schemaVersion(): number {
    const metadata = this.#row[7];
    const found = this.#row[8] === jsonMark.own && typeof metadata === "string"
      ? eventLog.schemaVersionIn(metadata)
      : undefined;
    return found ?? this.metadata.schemaVersion;
  }

  get #stored(): StoredEvent {
    const [position, , revision, id, type, recordedAt, data, metadata, json] = this.#row;
    const { stream } = this;
    return { position, stream, revision, id, type, recordedAt, data, metadata, json };
  }
}
