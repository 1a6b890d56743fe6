import type { View } from "@headwater/core";
import type { Row } from "./row_changes.ts";

export type Sums = NonNullable<View["sums"]>;

/**
 * What has to be added to the sums of a view: what rows contribute, less what those contributed whose places they take.
 * Exact whatever the sequence: where numbers of JavaScript do not reach, it counts in bigint.
 */
export class SumChanges {
  readonly #sums: Sums;
  readonly #nothing: Row;
  readonly #byKey = new Map<string, Row>();

  constructor(sums: Sums) {
    this.#sums = sums;
    this.#nothing = Object.fromEntries(sums.summed.map((name) => [name, 0]));
  }

  /** How many sums are looked at. */
  get size(): number {
    return this.#byKey.size;
  }

  add(row: Row): void {
    for (const contribution of this.#sums.contributes(row)) this.#count(contribution, 1);
  }

  subtract(row: Row): void {
    for (const contribution of this.#sums.contributes(row)) this.#count(contribution, -1);
  }

  /** Those sums that change: columns as the view names them. */
  outstanding(): readonly Row[] {
    const { summed } = this.#sums;
    return [...this.#byKey.values()].filter((change) => summed.some((name) => change[name] != 0));
  }

  #count(contribution: Row, sign: 1 | -1): void {
    const { key, summed } = this.#sums;
    const text = JSON.stringify(key.map((name) => contribution[name]));
    const change = this.#byKey.get(text) ?? { ...contribution, ...this.#nothing };
    for (const name of summed) change[name] = plus(change[name], sign * contribution[name]);
    this.#byKey.set(text, change);
  }
}

function plus(sum: number | bigint, addend: number): number | bigint {
  if (typeof sum === "number" && Number.isSafeInteger(sum + addend)) return sum + addend;
  return BigInt(sum) + BigInt(addend);
}
