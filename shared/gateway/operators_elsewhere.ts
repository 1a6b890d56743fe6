import { Refusal } from "@headwater/core";
import type { Admission, EdgeRoutes } from "@headwater/http";

/** What each service answers for itself. */
const engines = ["projections", "sagas"];

/**
 * `/ops/projections…` and `/ops/sagas…` are nothing that is forwarded: read models and sagas are asked of their service.
 * Operators who look here for them are told where they are.
 */
export function addOperatorsElsewhere(
  app: EdgeRoutes,
  { serviceUrls, admitOperators }: {
    /** By service; those of this process are not in it. */
    readonly serviceUrls: ReadonlyMap<string, string>;
    /** Whom to take for an operator. */
    readonly admitOperators: Admission;
  },
): void {
  for (const engine of engines) {
    for (const path of [`/ops/${engine}`, `/ops/${engine}/*`]) {
      app.all(path, async (c) => {
        await admitOperators(c.req.raw);
        const places = Array.from(serviceUrls, ([name, url]) => `${name} at ${url}${c.req.path}`);
        const where = places.length > 0
          ? `who knows SERVICE_SECRET asks ${places.join(", ")}`
          : "in this one process none has a port for it";
        throw new Refusal(
          "route-unknown",
          `Cannot ${c.req.method} this path: each service answers for its own, ${where}; /console/${engine} and "deno task ${engine}" ask all of them`,
        );
      });
    }
  }
}
