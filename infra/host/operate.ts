import type { Log } from "@headwater/core";
import { databaseName, openAdapters } from "./adapters.ts";
import type { Config } from "./config.ts";
import { describeRunning, openDataDirectory } from "./data_directory.ts";
import type { Application, ServiceDatabase } from "./application.ts";
import { startHost } from "./host.ts";
import { connect, ensureDatabase } from "@headwater/postgres";

export type Operated = AsyncDisposable & {
  readonly databases: readonly ServiceDatabase[];
  /** Position of the log's last event; absent where the running application has the log to itself. */
  head?(): Promise<number | undefined>;
};

/**
 * The databases of an application for an operator's command: of the one that is running, or else of one that is started
 * for the command, without its gateway.
 */
export async function operate(
  application: Application,
  { config, logger }: { readonly config: Config; readonly logger: Log },
): Promise<Operated> {
  const running = await describeRunning(config.dataDirectory);
  if (running) {
    return await connectAll(application, {
      adminUrl: config.databaseUrl ?? running.urls.postgres,
      config,
      logger,
    });
  }
  await using starting = new AsyncDisposableStack();
  const directory = starting.use(await openDataDirectory(config.dataDirectory));
  const adapters = starting.use(await openAdapters({ config, directory: directory.path, logger }));
  const host = starting.use(await startHost(application, { ...adapters, logger }));
  const started = starting.move();
  return {
    databases: host.databases,
    head: () => adapters.log.head(),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function connectAll(
  { services }: Application,
  { adminUrl, config, logger }: {
    readonly adminUrl: string | undefined;
    readonly config: Config;
    readonly logger: Log;
  },
): Promise<Operated> {
  await using connecting = new AsyncDisposableStack();
  const databases = await Promise.all(services.map(async ({ name, views }) => {
    const url = config.databaseUrls[name] ??
      await ensureDatabase({ adminUrl: adminUrl ?? "", name: databaseName(name), logger });
    const sql = connect({ url, name: "operator", max: 2, logger });
    connecting.defer(() => sql.end({ timeout: 1 }));
    return { service: name, views, sql };
  }));
  const connected = connecting.move();
  return { databases, [Symbol.asyncDispose]: () => connected.disposeAsync() };
}
