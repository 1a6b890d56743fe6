import { field, Refusal } from "@headwater/core";
import {
  acceptCommand,
  commandAnswer,
  declare,
  describe,
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
import { productCommandExamples } from "./examples.ts";
import { product } from "./product.ts";
import {
  findProduct,
  productAnswer,
  productPage,
  productPageAnswer,
  productView,
} from "./product_view.ts";

const done = describe.commandAnswerSchema("sku");
const { ListProduct, ChangePrice } = productCommandExamples;
const { sku: _, ...newPrice } = ChangePrice.data;

const listing = declare({
  roles: ["operator"],
  operation: "listProduct",
  summary: "Puts a product into the catalogue",
  body: productCommands.ListProduct.extend({ description: descriptionSchema.default("") }),
  answer: done,
  refusals: ["product-exists"],
  example: { body: ListProduct.data },
});

const pricing = declare({
  roles: ["operator"],
  operation: "changePrice",
  summary: "Says what a product costs from now on",
  params: { sku: skuSchema },
  body: productCommands.ChangePrice.omit({ sku: true }),
  answer: done,
  refusals: ["product-unknown"],
  example: { body: newPrice },
});

/** An empty search box finds everything. */
const search = declare({
  roles: ["public"],
  operation: "findProducts",
  summary: "Products, newest first, or those with certain words",
  priority: "best-effort",
  query: pageQuery({ q: z.union([z.literal(""), field.text(200)]) }),
  answer: productPageAnswer,
  // Who looks around does not mind a second
  cache: { views: [productView], freshMs: 60_000, staleMs: 1_000 },
});

const shown = declare({
  roles: ["public"],
  operation: "getProduct",
  summary: "A product",
  params: { sku: skuSchema },
  answer: productAnswer,
  refusals: ["product-unknown"],
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
  const sku = readParam(c, "sku", pricing.params.sku);
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
    const sku = readParam(c, "sku", shown.params.sku);
    const found = await findProduct(c.env.sql, sku);
    if (!found) throw new Refusal("product-unknown", `Cannot find product "${sku}"`);
    return c.json(found);
  },
);
