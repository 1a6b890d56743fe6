import { type Log, time } from "@headwater/core";
import type { ServiceDefinition } from "./service.ts";
import { createResilientClient } from "@headwater/resilience";
import type { Application } from "./application.ts";
import { openGateway } from "./open_gateway.ts";
import { type Config, ConfigError } from "./config.ts";
import { databaseVariable } from "./settings.ts";
import { databasesOn } from "./databases.ts";
import { openLog } from "./open_log.ts";
import { serve } from "./serve.ts";
import { httpClient } from "./service_client/http.ts";
import { processCaches } from "./process_caches.ts";
import { startService } from "./start_service.ts";

export type AloneOptions = {
  readonly config: Config;
  readonly logger: Log;
  /** Ends it. */
  readonly signal: AbortSignal;
};

/** Runs one service in this process, the others being where the configuration says. */
export async function serveService(
  definition: ServiceDefinition,
  { config, logger, signal }: AloneOptions,
): Promise<void> {
  const { name } = definition;
  // Nobody else would find an embedded one, and there is one for all services.
  if (config.databaseUrl === undefined && config.databaseUrls[name] === undefined) {
    throw new ConfigError([
      `service "${name}" lacks a database: set DATABASE_URL, or ${databaseVariable(name)}`,
    ]);
  }
  const { log, checks } = await openLog({
    ...config,
    directory: config.dataDirectory,
    logger,
  });
  await using _log = log;
  await using running = await startService(definition, {
    log,
    checks,
    url: config.databaseUrls[name] ??
      await databasesOn(config.databaseUrl ?? "", { logger })(name),
    client: createResilientClient(httpClient(config.serviceUrls)),
    cacheBudget: processCaches(),
    logger,
  });
  await using _server = serve(running.service, { ...config, logger });
  await time.aborted(signal);
}

/** Runs the gateway in this process. */
export async function serveGateway(
  application: Application,
  { config, logger, signal }: AloneOptions,
): Promise<void> {
  const bareClient = httpClient(config.serviceUrls);
  const client = createResilientClient(bareClient);
  const gateway = openGateway(application, { client, bareClient, logger });
  await using _server = serve(gateway, { ...config, logger });
  await time.aborted(signal);
}

/** Aborts when the pipe from our supervisor closes: it asks us to stop, or is gone. */
export function untilSupervisorEnds(): AbortSignal {
  const ended = new AbortController();
  async function listen(): Promise<void> {
    for await (const _chunk of Deno.stdin.readable) { /* It never says anything */ }
    ended.abort();
  }
  listen();
  return ended.signal;
}
