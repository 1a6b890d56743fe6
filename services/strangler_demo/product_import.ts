import { routes } from "@headwater/http";
import { service, type ServiceDefinition } from "@headwater/host";
import { importProducts } from "./import_products.ts";

/** What "4.50" is in minor units, by the first draft of the import: through a number, whose rest is cut off. */
export function firstDraft(price: string): number {
  return Math.trunc(Number(price) * 100);
}

/** … by its digits: 4.35 is 4.3499999999999996 among numbers. */
export function mended(price: string): number {
  const [whole = "", cents = ""] = price.split(".");
  return Number(`${whole}${cents.padEnd(2, "0")}`);
}

/** A service that carries over what the old shop at this URL has, when it is asked to. */
export function productImport(legacyUrl: string): ServiceDefinition {
  const imports = routes();
  imports.post("/api/product-imports/:draft", async (c) => {
    const { client, log } = c.env;
    const minorUnits = c.req.param("draft") === "first" ? firstDraft : mended;
    const head = await log.head();
    return c.json(await importProducts({ legacyUrl, client, head, minorUnits }));
  });
  return service({ name: "product-import", routes: imports });
}
