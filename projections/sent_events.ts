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

export function received(sent: SentEvents): Recorded[] {
  return sent.streams.map((_stream, index) => new SentEvent(sent, index));
}

/** Of which nothing is made before it is asked for. */
class SentEvent extends eventLog.LeanEvent {
  readonly #sent: SentEvents;
  readonly #index: number;
  #data: unknown;

  constructor(sent: SentEvents, index: number) {
    super();
    this.#sent = sent;
    this.#index = index;
  }

  get position(): number {
    return this.#number(0);
  }

  get revision(): number {
    return this.#number(1);
  }

  get schemaVersion(): number {
    return this.#number(2);
  }

  get type(): string {
    return this.#sent.words[this.#number(3)]!;
  }

  get recordedAt(): string {
    return this.#sent.words[this.#number(4)]!;
  }

  get stream(): string {
    return this.#sent.streams[this.#index]!;
  }

  get data(): unknown {
    return this.#data ??= JSON.parse(this.#sent.data[this.#index]!);
  }

  get metadata(): eventLog.EventMetadata {
    return JSON.parse(this.texts.metadata);
  }

  get id(): string {
    const digits = this.texts.id.toLowerCase().replaceAll("-", "");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  get texts(): eventLog.LeanTexts {
    const { text, ends, data } = this.#sent;
    const at = this.#index * parts;
    return {
      id: text.slice(at === 0 ? 0 : ends[at - 1]!, ends[at]!),
      metadata: text.slice(ends[at]!, ends[at + 1]!),
      data: data[this.#index]!,
    };
  }

  #number(which: number): number {
    return this.#sent.numbers[this.#index * numbersEach + which]!;
  }
}
