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

type Import<Result> = {
  head(): Promise<number | undefined>;
  run(head: number | undefined): Promise<Result>;
};

/** Runs imports, each from where the log ended when it was first asked for: tried again, it counts what it did before too. */
export function goingOn() {
  const begun = new Map<string, number | undefined>();
  return async <Result>(draft: string, { head, run }: Import<Result>): Promise<Result> => {
    if (!begun.has(draft)) begun.set(draft, await head());
    const result = await run(begun.get(draft));
    begun.delete(draft);
    return result;
  };
}

/** A service that carries over what the old shop at this URL has, when it is asked to. */
export function productImport(legacyUrl: string): ServiceDefinition {
  const imports = routes();
  const goOn = goingOn();
  imports.post("/api/product-imports/:draft", async (c) => {
    const { client, log } = c.env;
    const draft = c.req.param("draft");
    const minorUnits = draft === "first" ? firstDraft : mended;
    const imported = await goOn(draft, {
      head: () => log.head(),
      run: (head) => importProducts({ legacyUrl, client, head, minorUnits }),
    });
    return c.json(imported);
  });
  return service({ name: "product-import", routes: imports });
}
