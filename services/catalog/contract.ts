import { z } from "zod";
import { type CommandOf, defineEvents, type EventOf, field } from "@headwater/core";
import { skuSchema } from "@shop/inventory/contract";

/** Some paragraphs for people, or nothing: lines and tabs are the only control characters. */
export const descriptionSchema = z.string().trim().max(5_000)
  .refine((text) => !/[^\P{Cc}\n\t]/u.test(text), "Must have no control characters but lines, tabs")
  .refine((text) => text.isWellFormed(), "Must be well-formed Unicode");

const named = { sku: skuSchema, name: field.text(200), description: descriptionSchema };
/** In minor units of the currency. */
const price = field.amount;

export const productEvents = defineEvents("product", {
  ProductListed: z.object({ ...named, price, currency: field.currencyCode }),
  PriceChanged: z.object({ sku: skuSchema, price, currency: field.currencyCode }),
});
export type ProductEvent = EventOf<typeof productEvents>;

export const productCommands = {
  ListProduct: z.strictObject({ ...named, price, currency: field.currency }),
  /** Without a currency it stays the one it was. */
  ChangePrice: z.strictObject({ sku: skuSchema, price, currency: field.currency.optional() }),
};
export type ProductCommand = CommandOf<typeof productCommands>;
