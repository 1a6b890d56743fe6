import type { EventLog } from "@headwater/shared/ports/event_log";
import type { Log } from "@headwater/shared/ports/log";
import { openSqliteLog } from "../event_log/sqlite.ts";
import type { Application } from "../application.ts";
import { type Host, startHost } from "../host.ts";
import { ensureDatabase } from "../postgres/ensure_database.ts";
import { serve, type Server } from "../serve.ts";
import { ShopClient } from "./shop_client.ts";

export type RunningShop = AsyncDisposable & {
  readonly log: EventLog;
  readonly databases: Host["databases"];
  /** Origin of its gateway. */
  readonly url: string;
  readonly client: ShopClient;
};

export type RunningShopOptions = {
  /** Where its log is. */
  readonly directory: string;
  /** The server on which its databases are. */
  readonly postgresUrl: string;
  /** Tells its databases from those of other shops on the same server. */
  readonly name: string;
  readonly logger: Log;
  readonly signal?: AbortSignal;
};

/** Runs a whole shop in this process, served over HTTP on a free port. What it left behind it finds again. */
export async function startShop(
  application: Application,
  { directory, postgresUrl, name, logger, signal }: RunningShopOptions,
): Promise<RunningShop> {
  await using starting = new AsyncDisposableStack();
  const log = starting.use(openSqliteLog({ path: `${directory}/events.sqlite`, logger }));
  const host = starting.use(
    await startHost(application, {
      log,
      database: (service) =>
        ensureDatabase({ adminUrl: postgresUrl, name: `${name}_${service}`, logger }),
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
