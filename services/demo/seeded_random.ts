/** Chances that are the same again for the same seed. */
export type Chances = {
  /** Uniform in [0, 1). */
  next(): number;
  /** True in `probability` of the cases. */
  happens(probability: number): boolean;
  /** 0 to `below` - 1. */
  whole(below: number): number;
  oneOf<Item>(items: readonly Item[]): Item;
};

/** Mulberry32: 32 bits of state, plenty for choosing what happens next. */
export function seededRandom(seed: number): Chances {
  let state = seed | 0;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  function whole(below: number): number {
    return Math.floor(next() * below);
  }
  return {
    next,
    whole,
    happens: (probability) => next() < probability,
    oneOf: (items) => items[whole(items.length)]!,
  };
}
