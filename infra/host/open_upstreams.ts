import type { HealthCheck, Log } from "@headwater/core";
import type { Upstreams } from "@headwater/gateway";
import { type Application, routesOfAll } from "./application.ts";
import { isTraced } from "./open_telemetry.ts";
import { openRoutesFile } from "./routes_file.ts";
import { upstreamSender } from "./service_client/upstream.ts";

/**
 * Systems that are not ours, as the gateway is given them, until it is disposed.
 * @internal
 */
export type OpenUpstreams = AsyncDisposable & {
  /** Undefined: there are none. */
  readonly upstreams: Upstreams | undefined;
  readonly checks: readonly HealthCheck[];
};

/** Opens the file of routes, where there is one. Errors: `ConfigError`. */
export async function openUpstreams(
  application: Application,
  { routesFile, logger }: { readonly routesFile: string | undefined; readonly logger: Log },
): Promise<OpenUpstreams> {
  await using opening = new AsyncDisposableStack();
  if (routesFile === undefined) {
    return { upstreams: undefined, checks: [], [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const file = opening.use(
    await openRoutesFile(routesFile, { surroundings: surroundingsOf(application), logger }),
  );
  const send = opening.use(upstreamSender({ isTraced: isTraced() }));
  const open = opening.move();
  return {
    upstreams: { table: file.table, send },
    checks: [file.check],
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** What the routes of a file have to go with. */
export function surroundingsOf(application: Application): {
  readonly routes: readonly { readonly method: string; readonly path: string }[];
  readonly pages: readonly string[];
} {
  const { pages = [] } = application.createGateway;
  return { routes: routesOfAll(application), pages };
}
