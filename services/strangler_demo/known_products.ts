import type { Side } from "./observation.ts";

/** What a client knows of a product: what it has seen of it, and what it has said itself. */
type Known = {
  price: number;
  /** Of the last command, where the new side took it: what is read then has to know of it. */
  position: string | undefined;
  /** The side that wrote it first; undefined: nobody has, it is as it was carried over. */
  side: Side | undefined;
  /** There is such a product, as far as is known. */
  isListed: boolean;
  /** Changes with every beginning and end of a command. */
  change: number;
  isBusy: boolean;
};

/** What is known when a request is sent, to be held against its answer. */
export type Expectation = Readonly<
  Pick<Known, "price" | "position" | "side" | "change" | "isBusy">
>;

/** The products that the load reads and writes, and what their answers have to say. */
export class KnownProducts {
  readonly #products = new Map<string, Known>();

  constructor(products: Iterable<{ readonly sku: string; readonly price: number }>) {
    for (const { sku, price } of products) this.#add(sku, { price, isListed: true });
  }

  skus(): readonly string[] {
    return [...this.#products].filter(([, { isListed }]) => isListed).map(([sku]) => sku);
  }

  /** What they cost, as far as it is known. */
  priced(): readonly { readonly sku: string; readonly price: number }[] {
    return this.skus().map((sku) => ({ sku, price: this.#of(sku).price }))
      .filter(({ price }) => !Number.isNaN(price));
  }

  expect(sku: string): Expectation {
    return { ...this.#of(sku) };
  }

  /** Those that one side has written. */
  writtenBy(side: Side): readonly string[] {
    return [...this.#products].filter(([, known]) => known.side === side).map(([sku]) => sku);
  }

  /** False: a command is under way that changes it. */
  begin(sku: string): boolean {
    const known = this.#products.get(sku) ?? this.#add(sku, { price: NaN, isListed: false });
    if (known.isBusy) return false;
    Object.assign(known, { isBusy: true, change: known.change + 1 });
    return true;
  }

  /** `written`: undefined where it is not known whether it was. */
  end(
    sku: string,
    written?: {
      readonly price: number;
      readonly position: string | undefined;
      readonly side: Side;
    },
  ): void {
    const known = this.#of(sku);
    const side = known.side ?? written?.side;
    // Of what became of nothing known nothing is expected any more
    const price = written?.price ?? NaN;
    Object.assign(known, { position: undefined, ...written, price, side });
    const isListed = known.isListed || written !== undefined;
    Object.assign(known, { isListed, isBusy: false, change: known.change + 1 });
  }

  /** An operator has moved it, after `begin`; what is read then has to know of this position. */
  move(sku: string, { side, position }: { readonly side: Side; readonly position: string }): void {
    const known = this.#of(sku);
    Object.assign(known, { side, position, isBusy: false, change: known.change + 1 });
  }

  /** What an answer contradicts; undefined: nothing that is known. */
  objectionTo(
    sku: string,
    { expected, side, price, isOwn = false }: {
      readonly expected: Expectation;
      readonly side: Side | undefined;
      /** As it was read; undefined: it was not. */
      readonly price?: unknown;
      /** It is the answer to the very command that is under way. */
      readonly isOwn?: boolean;
    },
  ): string | undefined {
    if (side === undefined) return `nobody says who answered for "${sku}"`;
    const isSettled = !expected.isBusy && expected.change === this.#of(sku).change;
    if (!isSettled && !isOwn) return undefined;
    if (expected.side && side !== expected.side) {
      return `"${sku}" stays with the ${expected.side} side, and the ${side} one answered`;
    }
    if (price === undefined || Number.isNaN(expected.price) || price === expected.price) {
      return undefined;
    }
    return `"${sku}" costs ${expected.price}, and the ${side} side said ${price}`;
  }

  #of(sku: string): Known {
    const known = this.#products.get(sku);
    if (!known) throw new Error(`Cannot tell of "${sku}": it is unknown`);
    return known;
  }

  #add(sku: string, known: Pick<Known, "price" | "isListed">): Known {
    const added = { ...known, position: undefined, side: undefined, change: 0, isBusy: false };
    this.#products.set(sku, added);
    return added;
  }
}
