import type { ProductCommand, ProductEvent } from "./contract.ts";

const sku = "TEA";
const listed = {
  sku,
  name: "Green tea",
  description: "Leaves from a garden above the clouds.\nFor three cups a day.",
  price: 450,
  currency: "EUR",
};

/** One valid example of every event; they are all of the same product. */
export const productEventExamples: {
  readonly [Type in ProductEvent["type"]]: Extract<ProductEvent, { type: Type }>;
} = {
  ProductListed: { type: "ProductListed", data: listed },
  PriceChanged: { type: "PriceChanged", data: { sku, price: 475, currency: "EUR" } },
};

/** One valid example of every command, to the same product. */
export const productCommandExamples: {
  readonly [Type in ProductCommand["type"]]: Extract<ProductCommand, { type: Type }>;
} = {
  ListProduct: { type: "ListProduct", data: listed },
  ChangePrice: { type: "ChangePrice", data: { sku, price: 475 } },
};
