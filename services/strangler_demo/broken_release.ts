import type { Log } from "@headwater/core";
import { service, type ServiceDefinition } from "@headwater/host";
import { routes } from "@headwater/http";

/** The catalogue as it is released at the moment. */
export type Releases = {
  readonly catalog: ServiceDefinition;
  /** Puts the one into service that nobody has looked at, or the good one again. */
  release(build: "good" | "broken"): void;
  /** For the shop: while the broken one is in service its errors are expected, and people are told of each kind once. */
  logger(options: { readonly logger: Log; print(line: string): void }): Log;
};

/**
 * The catalogue with a release of its own that is broken in the way of many: its pages get a teaser, the second sentence
 * of a product's description, which most descriptions have.
 */
export function releasesOf(catalog: ServiceDefinition): Releases {
  let build: "good" | "broken" = "good";
  const expected = new Set<unknown>();
  const both = routes();
  both.use("/api/products/:sku", async (c, next) => {
    const isBroken = build === "broken";
    await next();
    if (!isBroken || c.req.method !== "GET" || !c.res.ok) return;
    const product: { readonly description: string } = await c.res.json();
    const [, second] = product.description.split(". ");
    try {
      c.res = c.json({ ...product, teaser: second!.trim() });
    } catch (error) {
      expected.add(error);
      throw error;
    }
  });
  if (catalog.routes) both.route("/", catalog.routes);
  return {
    catalog: service({ ...catalog, routes: both }),
    release(chosen) {
      build = chosen;
    },
    logger({ logger, print }) {
      const told = new Set<string>();
      return {
        debug: (message, fields) => logger.debug(message, fields),
        info: (message, fields) => logger.info(message, fields),
        warn: (message, fields) => logger.warn(message, fields),
        error(message, fields) {
          const isExpected = build === "broken" || expected.has(fields?.error);
          if (!isExpected) return logger.error(message, fields);
          if (!told.has(message)) print(`the log: ${message}`);
          told.add(message);
        },
      };
    },
  };
}
