import { eventLog, type Recorded } from "@headwater/core";

/** Events as they are sent to a thread: as few and small parts as may be. */
export type SentEvents = {
  readonly streams: readonly string[];
  /** As JSON. Not in one text: a single letter beyond Latin-1 in it would make all of it twice as large. */
  readonly data: readonly string[];
  /** Ids and metadata, which are seldom asked for: copied in no time. */
  readonly text: string;
  /** Where these end, for each event. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Types and times: they are few. */
  readonly words: readonly string[];
  /** Which of them are an event's, its position, revision and version of the schema. */
  readonly numbers: Float64Array<ArrayBuffer>;
};

const parts = 2;
const numbersEach = 5;

export function sendable(events: readonly Recorded[]): SentEvents {
  const ends = new Uint32Array(events.length * parts);
  const numbers = new Float64Array(events.length * numbersEach);
  const words = new Map<string, number>();
  const wordAt = (word: string) => words.getOrInsertComputed(word, () => words.size);
  const datas: string[] = [];
  let text = "";
  let word: readonly [string, number] = ["", -1];
  for (let index = 0; index < events.length; index++) {
    const event = events[index]!;
    const isLean = event instanceof eventLog.LeanEvent;
    const { id, data, metadata } = isLean ? event.texts : textsOf(event);
    const { recordedAt } = event;
    // Neighbours were mostly recorded together
    if (recordedAt !== word[0]) word = [recordedAt, wordAt(recordedAt)];
    const at = index * numbersEach;
    numbers[at] = event.position;
    numbers[at + 1] = event.revision;
    numbers[at + 2] = isLean ? event.schemaVersion : event.metadata.schemaVersion;
    numbers[at + 3] = wordAt(event.type);
    numbers[at + 4] = word[1];
    text += id + metadata;
    ends[index * parts] = text.length - metadata.length;
    ends[index * parts + 1] = text.length;
    datas.push(data);
  }
  const streams = events.map(({ stream }) => stream);
  return { streams, data: datas, text, ends, words: [...words.keys()], numbers };
}

function textsOf({ id, data, metadata }: Recorded): eventLog.LeanTexts {
  return { id, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
}

export function received({ streams, data, text, ends, words, numbers }: SentEvents): Recorded[] {
  let end = 0;
  const next = (to: number) => text.slice(end, end = to);
  return streams.map((stream, index) => {
    const at = index * numbersEach;
    return new SentEvent({
      stream,
      texts: {
        id: next(ends[index * parts]!),
        metadata: next(ends[index * parts + 1]!),
        data: data[index]!,
      },
      position: numbers[at]!,
      revision: numbers[at + 1]!,
      schemaVersion: numbers[at + 2]!,
      type: words[numbers[at + 3]!]!,
      recordedAt: words[numbers[at + 4]!]!,
    });
  });
}

type Given = Pick<
  eventLog.LeanEvent,
  "type" | "stream" | "recordedAt" | "texts" | "position" | "revision" | "schemaVersion"
>;

class SentEvent extends eventLog.LeanEvent {
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly recordedAt: string;
  readonly schemaVersion: number;
  readonly texts: eventLog.LeanTexts;
  #data: unknown;

  constructor({ type, stream, revision, position, recordedAt, schemaVersion, texts }: Given) {
    super();
    this.type = type;
    this.stream = stream;
    this.revision = revision;
    this.position = position;
    this.recordedAt = recordedAt;
    this.schemaVersion = schemaVersion;
    this.texts = texts;
  }

  get data(): unknown {
    return this.#data ??= JSON.parse(this.texts.data);
  }

  get metadata(): eventLog.EventMetadata {
    return JSON.parse(this.texts.metadata);
  }

  get id(): string {
    const digits = this.texts.id.toLowerCase().replaceAll("-", "");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
}
