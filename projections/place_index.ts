/** Where a row is in its table: PostgreSQL's ctid as one number. */
export type Place = number;

/** What `get` gives for a key of which nothing is known. */
export const nowhere: Place = -1;

const linesPerBlock = 65_536;
const firstSlots = 1 << 16;
/** More of the slots than that are never taken. */
const load = 0.7;

/** `(block,line)` as PostgreSQL writes it. */
export function placeOf(ctid: string): Place {
  const comma = ctid.indexOf(",");
  return Number(ctid.slice(1, comma)) * linesPerBlock + Number(ctid.slice(comma + 1, -1));
}

export function ctidOf(place: Place): string {
  return `(${Math.floor(place / linesPerBlock)},${place % linesPerBlock})`;
}

/** Where the block begins that follows. */
export function nextBlock(place: Place): Place {
  return (Math.floor(place / linesPerBlock) + 1) * linesPerBlock;
}

/**
 * Where the rows of very many keys are, in some 20 to 40 bytes for each: it has hashes of 64 bits, and no keys. What it
 * says of a key may be true of another one, so whoever reads a row there has to look whose it is.
 */
export class PlaceIndex {
  /** A slot is taken where its line is not 0; lines begin at 1. */
  #lines = new Uint16Array(firstSlots);
  #blocks = new Uint32Array(firstSlots);
  #highs = new Uint32Array(firstSlots);
  #lows = new Uint32Array(firstSlots);
  #size = 0;
  /** Those whose hash is another key's. */
  readonly #others = new Map<string, Place>();

  /** How many keys it knows. */
  get size(): number {
    return this.#size + this.#others.size;
  }

  /** Negative: there is no row of this key. */
  get(key: string): Place {
    const other = this.#others.size > 0 ? this.#others.get(key) : undefined;
    if (other !== undefined) return other;
    const slot = this.#slotOf(key);
    const line = this.#lines[slot]!;
    // A row that is gone
    if (line === 0 || line === linesPerBlock - 1) return nowhere;
    return this.#blocks[slot]! * linesPerBlock + line;
  }

  /** `nowhere`: its row is gone. */
  set(key: string, place: Place): void {
    if (this.#others.has(key)) {
      this.#others.set(key, place);
      return;
    }
    const slot = this.#slotOf(key);
    if (this.#lines[slot] === 0) {
      this.#size++;
      this.#highs[slot] = this.#high;
      this.#lows[slot] = this.#low;
    }
    this.#put(slot, place);
    if (this.#size > this.#lines.length * load) this.#grow();
  }

  /** The row that was found where this key should be is another key's. */
  isOther(key: string): void {
    this.#others.set(key, nowhere);
  }

  #high = 0;
  #low = 0;

  /** Its slot, or the free one that it would get; leaves its hash in `#high` and `#low`. */
  #slotOf(key: string): number {
    let high = 0xdeadbeef;
    let low = 0x41c6ce57;
    for (let at = 0; at < key.length; at++) {
      const code = key.charCodeAt(at);
      high = Math.imul(high ^ code, 2_654_435_761);
      low = Math.imul(low ^ code, 1_597_334_677);
    }
    high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^
      Math.imul(low ^ (low >>> 13), 3_266_489_909);
    low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^
      Math.imul(high ^ (high >>> 13), 3_266_489_909);
    this.#high = high >>> 0;
    this.#low = low >>> 0;
    return this.#slotOfHash(this.#high, this.#low);
  }

  #slotOfHash(high: number, low: number): number {
    const mask = this.#lines.length - 1;
    let slot = low & mask;
    while (
      this.#lines[slot] !== 0 && (this.#lows[slot] !== low || this.#highs[slot] !== high)
    ) slot = (slot + 1) & mask;
    return slot;
  }

  #put(slot: number, place: Place): void {
    this.#blocks[slot] = place === nowhere ? 0 : Math.floor(place / linesPerBlock);
    this.#lines[slot] = place === nowhere ? linesPerBlock - 1 : place % linesPerBlock;
  }

  #grow(): void {
    const [lines, blocks, highs, lows] = [this.#lines, this.#blocks, this.#highs, this.#lows];
    const slots = lines.length * 2;
    this.#lines = new Uint16Array(slots);
    this.#blocks = new Uint32Array(slots);
    this.#highs = new Uint32Array(slots);
    this.#lows = new Uint32Array(slots);
    for (let from = 0; from < lines.length; from++) {
      if (lines[from] === 0) continue;
      const slot = this.#slotOfHash(highs[from]!, lows[from]!);
      this.#lines[slot] = lines[from]!;
      this.#blocks[slot] = blocks[from]!;
      this.#highs[slot] = highs[from]!;
      this.#lows[slot] = lows[from]!;
    }
  }
}
