import { aggregate, Refusal } from "@headwater/core";
import {
  type ProductCommand,
  productCommands,
  type ProductEvent,
  productEvents,
} from "./contract.ts";

type Listed = Extract<ProductEvent, { type: "ProductListed" }>["data"];

export type ProductState = {
  /** As it was listed, with the price of today. */
  readonly product?: Listed;
};

const initialState: ProductState = {};

export const product = aggregate({
  events: productEvents,
  commands: productCommands,
  id: ({ data }) => data.sku,
  initialState,
  decide,
  evolve,
});

function decide(
  { type, data }: ProductCommand,
  { product }: ProductState,
): readonly ProductEvent[] {
  switch (type) {
    case "ListProduct": {
      if (!product) return [{ type: "ProductListed", data }];
      const { name, description } = product;
      if (data.name === name && data.description === description && isPrice(data, product)) {
        return [];
      }
      throw new Refusal("product-exists", `Cannot list "${data.sku}": it is listed as "${name}"`);
    }
    case "ChangePrice": {
      const { sku, price, currency = product?.currency } = data;
      if (!product || currency === undefined) {
        throw new Refusal("product-unknown", `Cannot change the price of "${sku}": it is unknown`);
      }
      const changed = { sku, price, currency };
      return isPrice(changed, product) ? [] : [{ type: "PriceChanged", data: changed }];
    }
  }
}

function isPrice(
  one: Pick<Listed, "price" | "currency">,
  other: Pick<Listed, "price" | "currency">,
): boolean {
  return one.price === other.price && one.currency === other.currency;
}

function evolve(state: ProductState, { type, data }: ProductEvent): ProductState {
  switch (type) {
    case "ProductListed":
      return { product: data };
    case "PriceChanged": {
      const { price, currency } = data;
      return state.product ? { product: { ...state.product, price, currency } } : state;
    }
  }
}
