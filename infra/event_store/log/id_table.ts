export type IdPlace = { readonly streamId: number; readonly revision: number };

const wordsPerId = 4;

/**
 * Where the event of an id is, for a fixed number of ids, in arrays of numbers: a `Map` of texts takes ten times as long
 * to fill and six times the memory.
 */
export class IdTable {
  readonly #capacity: number;
  /** By hash: 1 + the index of an id, 0 where there is none; one of another hash lies in the next free slot. */
  readonly #slots: Int32Array;
  readonly #words: Int32Array;
  readonly #streamIds: Float64Array;
  readonly #revisions: Float64Array;
  #count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
    this.#words = new Int32Array(capacity * wordsPerId);
    this.#streamIds = new Float64Array(capacity);
    this.#revisions = new Float64Array(capacity);
  }

  /** Of all its arrays, used or not. */
  get bytes(): number {
    const arrays = [this.#slots, this.#words, this.#streamIds, this.#revisions];
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  get isFull(): boolean {
    return this.#count === this.#capacity;
  }

  get(id: Uint8Array): IdPlace | undefined {
    const index = this.#slots[this.#slotOf(id)]! - 1;
    if (index < 0) return undefined;
    return { streamId: this.#streamIds[index]!, revision: this.#revisions[index]! };
  }

  /** The first place within a stream counts, and the last stream. There must be room. */
  set(id: Uint8Array, { streamId, revision }: IdPlace): void {
    const slot = this.#slotOf(id);
    let index = this.#slots[slot]! - 1;
    if (index < 0) {
      index = this.#count++;
      this.#slots[slot] = index + 1;
      for (let word = 0; word < wordsPerId; word++) {
        this.#words[index * wordsPerId + word] = wordOf(id, word);
      }
    } else if (this.#streamIds[index] === streamId) return;
    this.#streamIds[index] = streamId;
    this.#revisions[index] = revision;
  }

  clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
  }

  /** The slot of that id, or the free one where it belongs. */
  #slotOf(id: Uint8Array): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(id) & mask;
    for (;;) {
      const index = this.#slots[slot]! - 1;
      if (index < 0 || this.#isAt(index, id)) return slot;
      slot = slot + 1 & mask;
    }
  }

  #isAt(index: number, id: Uint8Array): boolean {
    for (let word = 0; word < wordsPerId; word++) {
      if (this.#words[index * wordsPerId + word] !== wordOf(id, word)) return false;
    }
    return true;
  }
}

/** All words count: some clients' ids begin and end alike, and ids of one hash are looked through one by one. */
function hashOf(id: Uint8Array): number {
  let mixed = 0;
  for (let word = 0; word < wordsPerId; word++) {
    mixed = Math.imul(mixed ^ wordOf(id, word), 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  return mixed;
}

function wordOf(id: Uint8Array, word: number): number {
  const at = word * 4;
  return id[at]! << 24 | id[at + 1]! << 16 | id[at + 2]! << 8 | id[at + 3]!;
}
