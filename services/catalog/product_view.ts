import { column, type RowOf, view } from "@headwater/core";
import { describe, type Page, readPage } from "@headwater/http";
import type { Sql } from "postgres";
import { z } from "zod";
import { productEvents } from "./contract.ts";

type ProductRow = RowOf<typeof productView>;

export const productView = view({
  name: "products",
  version: 1,
  module: import.meta.url,
  table: "product",
  reads: [productEvents],
  columns: {
    sku: column.text(),
    name: column.text(),
    description: column.text(),
    price: column.integer(),
    currency: column.text(),
    listedAt: column.text(),
    /** Of `ProductListed`: newest first is the greatest first. */
    listedPosition: column.integer(),
    revision: column.integer(),
  },
  primaryKey: "sku",
  indexes: [["listedPosition"]],
  search: { columns: ["name", "description"], language: "english" },
  key: ({ data }) => data.sku,
  evolve(row, { type, data, revision, recordedAt, position }) {
    switch (type) {
      case "ProductListed":
        return { ...data, listedAt: recordedAt, listedPosition: position, revision };
      case "PriceChanged": {
        const { price, currency } = data;
        return row && { ...row, price, currency, revision };
      }
    }
  },
});

/** A product as clients are shown it. */
export const productAnswer = column.schemaOf(productView.columns)
  .omit({ listedPosition: true }).extend({ listedAt: z.iso.datetime() })
  .meta({ id: "Product" });

export const productPageAnswer = describe.pageSchema(productAnswer);

export async function findProduct(sql: Sql, sku: string) {
  const [row] = await sql<ProductRow[]>`
    select ${productView.select(sql)} from ${productView.from(sql)} where sku = ${sku}`;
  return row && product(row);
}

/** A page of products, newest first; `matching` is what people write into a search box. */
export async function productPage(sql: Sql, page: Page<ProductRow>) {
  const { rows, nextCursor } = await readPage(sql, {
    view: productView,
    newestFirst: "listedPosition",
    ...page,
  });
  return { items: rows.map(product), nextCursor };
}

function product({ listedPosition: _place, ...shown }: ProductRow): z.output<typeof productAnswer> {
  return shown;
}
