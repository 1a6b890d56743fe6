import { customerHeader } from "./load.ts";

/** What is decided of products, by the name that operators know it by; and what of their lists. */
export const catalogRoute = "catalog";
export const listsRoute = "catalog-lists";

const subject = [`header:${customerHeader}`];
/** What only one of them says of a product. */
const ignore = ["id", "priceText", "lastModified", "listedAt", "revision"]
  .map((field) => `body.${field}`);

/**
 * Which routes are strangled: what the gateway is given as `ROUTES_FILE`. A product stays with the side that wrote it; a
 * list is whole on a side only that has all of them, so it is decided by itself, and last.
 */
export function routesTable(legacyUrl: string): object {
  const upstream = "legacy";
  const product = { name: catalogRoute, subject };
  return {
    upstreams: { [upstream]: { url: legacyUrl } },
    routes: [
      {
        ...{ method: "GET", path: "/api/products/:sku", upstream },
        strangles: { ...product, entity: ["param:sku"], shadow: { ignore } },
      },
      {
        ...{ method: "PUT", path: "/api/products/:sku/price", upstream },
        strangles: { ...product, entity: ["param:sku"] },
      },
      {
        ...{ method: "POST", path: "/api/products", upstream },
        strangles: { ...product, entity: ["body:sku"] },
      },
      {
        ...{ method: "GET", path: "/api/products", upstream },
        strangles: { name: listsRoute, subject },
      },
    ],
  };
}
