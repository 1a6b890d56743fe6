import { field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  declare,
  pageQuery,
  readJson,
  readParam,
  readQuery,
  readsFrom,
  routes,
} from "@headwater/http";
import { skuSchema } from "@shop/inventory/contract";
import { z } from "zod";
import { descriptionSchema, productCommands } from "./contract.ts";
import { product } from "./product.ts";
import { findProduct, productPage, productView } from "./product_view.ts";

const listing = declare({
  body: productCommands.ListProduct.extend({ description: descriptionSchema.default("") }),
});

const pricing = declare({ body: productCommands.ChangePrice.omit({ sku: true }) });

/** An empty search box finds everything. */
const search = declare({
  query: pageQuery({ q: z.union([z.literal(""), field.text(200)]) }),
  // Who looks around does not mind a second
  cache: { views: [productView], freshMs: 60_000, staleMs: 1_000 },
});

const shown = declare({
  cache: { views: [productView], key: "sku", freshMs: 60_000, staleMs: 0 },
});

export const catalogRoutes = routes();

catalogRoutes.post("/api/products", listing, async (c) => {
  const data = await readJson(c, listing.body);
  const context = await acceptCommand(c, data);
  const handled = await c.env.repository(product).handle({ type: "ListProduct", data }, context);
  return commandAnswer(c, handled, {
    body: { sku: data.sku, revision: handled.revision },
    location: `/api/products/${data.sku}`,
  });
});

catalogRoutes.put("/api/products/:sku/price", pricing, async (c) => {
  const sku = readParam(c, "sku", skuSchema);
  const body = await readJson(c, pricing.body);
  const context = await acceptCommand(c, body);
  const handled = await c.env.repository(product).handle(
    { type: "ChangePrice", data: { sku, ...body } },
    context,
  );
  return commandAnswer(c, handled, { body: { sku, revision: handled.revision } });
});

catalogRoutes.get("/api/products", search, readsFrom(productView), async (c) => {
  const { where: { q }, ...page } = readQuery(c, search.query);
  return c.json(await productPage(c.env.sql, { ...page, matching: q || undefined }));
});

catalogRoutes.get(
  "/api/products/:sku",
  shown,
  readsFrom(productView, { param: "sku" }),
  async (c) => {
    const sku = readParam(c, "sku", skuSchema);
    const found = await findProduct(c.env.sql, sku);
    if (!found) throw new Refusal("product-unknown", `Cannot find product "${sku}"`);
    return c.json(found);
  },
);
