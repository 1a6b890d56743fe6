/** What the old shop has sold for years. */
export type OldProduct = {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  /** In cents. */
  readonly price: number;
  readonly currency: "EUR";
};

const kinds = ["Tea", "Coffee", "Cocoa", "Honey", "Jam", "Rice", "Salt", "Soap", "Candle", "Paper"];
const sorts = ["Green", "Black", "White", "Red", "Golden", "Fine", "Coarse", "Dark"];

/** The same each time; one in four is told of in a single sentence. */
export const oldProducts: readonly OldProduct[] = kinds.flatMap((kind, row) =>
  sorts.map((sort, column) => {
    const number = row * sorts.length + column;
    const origin = `${sort} ${kind.toLowerCase()} from a small house`;
    return {
      sku: `${kind}-${sort}`.toUpperCase(),
      name: `${sort} ${kind.toLowerCase()}`,
      description: number % 4 === 3 ? origin : `${origin}. Best kept in a dry and dark place.`,
      price: 105 + 37 * number,
      currency: "EUR",
    };
  })
);
