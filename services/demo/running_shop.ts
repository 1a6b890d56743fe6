import { ShopClient } from "@shop/judge";
import type { EventLog, HealthCheck, Log } from "@headwater/core";
import {
  type Application,
  type Host,
  openLog,
  openUpstreams,
  serve,
  type Server,
  startHost,
} from "@headwater/host";
import { separateLog } from "./separate_log.ts";

export type RunningShop = AsyncDisposable & {
  readonly log: EventLog;
  readonly databases: Host["databases"];
  /** Origin of its gateway. */
  readonly url: string;
  readonly client: ShopClient;
};

export type RunningShopOptions = {
  /** Where its log is, unless it is on an event store. */
  readonly directory: string;
  /** A server that others may use too: the log is kept apart from theirs, under the shop's name. */
  readonly eventStoreUrl?: string | undefined;
  /** URL of a service's own database, which is there when this resolves. */
  database(service: string): Promise<string>;
  /** Where it is said which routes other systems answer; default: none. */
  readonly routesFile?: string;
  /** Tells its streams from those of other shops on the same server. */
  readonly name: string;
  readonly logger: Log;
  readonly signal?: AbortSignal;
};

/** Runs a whole shop in this process, served over HTTP on a free port. What it left behind it finds again. */
export async function startShop(
  application: Application,
  options: RunningShopOptions,
): Promise<RunningShop> {
  const { database, routesFile, logger, signal } = options;
  await using starting = new AsyncDisposableStack();
  const { log, checks } = await logOf(application, options);
  starting.use(log);
  const open = starting.use(await openUpstreams(application, { routesFile, logger }));
  const host = starting.use(
    await startHost(application, {
      log,
      checks,
      upstreams: open.upstreams,
      gatewayChecks: open.checks,
      database,
      logger,
    }),
  );
  const server: Server = starting.use(
    serve(host.gateway, { host: "127.0.0.1", port: 0, logger }),
  );
  const running = starting.move();
  return {
    log,
    databases: host.databases,
    url: server.url,
    client: new ShopClient({ shop: server.url, signal }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function logOf(
  { services }: Application,
  { directory, eventStoreUrl, name, logger }: RunningShopOptions,
): Promise<{ readonly log: EventLog; readonly checks: readonly HealthCheck[] }> {
  const opened = await openLog({ eventStoreUrl, directory, logger });
  if (eventStoreUrl === undefined) return opened;
  await using opening = new AsyncDisposableStack();
  opening.use(opened.log);
  const log = await separateLog(opened.log, {
    prefix: streamPrefix(name),
    categories: services.flatMap(({ categories }) => categories),
  });
  opening.move();
  return { log, checks: opened.checks };
}

/** What the names of a shop's streams begin with on a server that it shares. */
export function streamPrefix(name: string): string {
  return `${name}_`;
}
