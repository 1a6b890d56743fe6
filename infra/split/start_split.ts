import type { Log } from "@headwater/shared/ports/log";
import type { Application } from "../application.ts";
import type { Config } from "../config.ts";
import { startEmbeddedPostgres } from "../postgres/embedded.ts";
import { type SupervisedProcess, superviseProcess } from "./supervised_process.ts";
import { topology } from "./topology.ts";

export type SplitOptions = {
  readonly config: Config;
  /** Where the embedded parts keep their data. */
  readonly directory: string;
  readonly logger: Log;
  readonly signal?: AbortSignal;
  readonly throwAway?: boolean;
};

export type Split = AsyncDisposable & {
  /** Of the gateway. */
  readonly url: string;
  readonly eventStoreUrl: string;
  readonly postgresUrl: string | undefined;
  readonly processes: readonly SupervisedProcess[];
};

/** Runs an application as one process for each service, over an event store and real HTTP, each started again when it dies. */
export async function startSplit(application: Application, options: SplitOptions): Promise<Split> {
  const { config, directory, logger, signal, throwAway } = options;
  await using starting = new AsyncDisposableStack();
  const postgres = config.databaseUrl === undefined
    ? starting.use(
      await startEmbeddedPostgres({
        directory: `${directory}/postgres`,
        logger,
        signal,
        throwAway,
      }),
    )
    : undefined;
  const postgresUrl = config.databaseUrl ?? postgres?.url;
  const [eventStorePort = 0, gatewayPort = 0, ...ports] = freePorts(
    2 + application.services.length,
  );
  const eventStoreUrl = config.eventStoreUrl ??
    `esdb://127.0.0.1:${eventStorePort}?tls=false`;
  const port = config.port || gatewayPort;
  const plans = topology(application, {
    gateway: { host: config.host, port },
    eventStore: config.eventStoreUrl === undefined
      ? { directory, port: eventStorePort }
      : undefined,
    ports,
    env: {
      EVENTSTORE_URL: eventStoreUrl,
      LOG_LEVEL: config.logLevel,
      ...(postgresUrl !== undefined && { DATABASE_URL: postgresUrl }),
      ...Object.fromEntries(
        Object.entries(config.databaseUrls).map((
          [name, url],
        ) => [`${name.toUpperCase()}_DATABASE_URL`, url]),
      ),
    },
    isLocal: config.eventStoreUrl === undefined && config.databaseUrl === undefined,
  });
  const processes: SupervisedProcess[] = [];
  async function start(plan: Parameters<typeof superviseProcess>[0] | undefined): Promise<void> {
    if (plan) processes.push(starting.use(await superviseProcess(plan, { logger, signal })));
  }
  await start(plans.eventStore);
  const started = await Promise.allSettled(plans.services.map(start));
  for (const result of started) if (result.status === "rejected") throw result.reason;
  await start(plans.gateway);
  const running = starting.move();
  return {
    url: `http://${config.host === "0.0.0.0" ? "127.0.0.1" : config.host}:${port}`,
    eventStoreUrl,
    postgresUrl,
    processes,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Free a moment ago. All are held at once, so that no two are the same. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}
