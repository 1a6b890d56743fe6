import { join } from "node:path";
import type { EventLog, Log } from "@headwater/core";
import { startEmbeddedPostgres } from "@headwater/postgres";
import type { calls } from "@headwater/resilience";
import { type ActsRecord, actsRecord } from "./acts_record/acts_record.ts";
import { askedRecord } from "./acts_record/asked_record.ts";
import { type AskedAct, askRunning } from "./ask_running.ts";
import type { Application, ServiceDatabase } from "./application.ts";
import { type Config, environment, readConfig } from "./config.ts";
import { describeRunning, openDataDirectory, type Running } from "./data_directory.ts";
import { connectDatabases, databaseUrl } from "./databases.ts";
import { createLogger } from "./logger.ts";
import { eventLogPath, openLog } from "./open_log.ts";
import { readModelDirectory } from "./read_model_directory.ts";
import { runningReadings } from "./running_readings.ts";

/** An application as operators reach it, whether it runs or not. */
export type Operated = AsyncDisposable & {
  readonly databases: readonly ServiceDatabase[];
  /** Position of the log's last event; absent where the running application has the log to itself. */
  head?(): Promise<number | undefined>;
  /** For looks at the log; absent where nobody can read it from here. */
  readonly reads?: Pick<EventLog, "read" | "readAll">;
  /** For acts that change something; absent where the running application has the log to itself. */
  readonly log?: EventLog;
  /** Here everything runs that an application runs. */
  readonly isServed?: boolean;
  /** Has the running application do an act; absent where none runs. */
  ask?(asked: AskedAct): Promise<unknown>;
  /** Who calls whom; absent where no application runs, or where the act is no act on calls. */
  readonly calls?: calls.OperatedCalls;
  /** Of what operators do; absent where there is neither a log nor an application that runs. */
  readonly record?: ActsRecord;
};

export type OperateOptions = {
  readonly config: Config;
  readonly logger: Log;
  /** False: somebody only looks. */
  readonly changes: boolean;
};

/**
 * The databases and the log of an application for an operator's act: those of the one that is running, or else those
 * that it left behind. What is embedded is started for it, and nothing else: no service, no worker, no process manager;
 * nothing is made or migrated.
 */
export async function operate(
  application: Application,
  { config, logger, changes }: OperateOptions,
): Promise<Operated> {
  await using opening = new AsyncDisposableStack();
  const running = await describeRunning(config.dataDirectory);
  const isOurs = !running && await exists(config.dataDirectory);
  if (isOurs) opening.use(await openDataDirectory(config.dataDirectory));
  const log = await findLog({ config, logger, isOurs });
  if (log) opening.use(log);
  const server = await findServer(application, { config, logger, running });
  if (server?.embedded) opening.use(server.embedded);
  const { databases } = opening.use(
    await connectDatabases(application, {
      url: (service) => config.databaseUrls.get(service) ?? databaseUrl(server?.url ?? "", service),
      name: "operator",
      logger,
    }),
  );
  const readings = running && !log
    ? runningReadings(running, { directory: config.dataDirectory, logger })
    : undefined;
  if (readings) opening.use(readings);
  const reads = log ?? readings;
  const head = await headOf(log, { isOurs, logger });
  const gateway = running?.urls.gateway;
  const ask = gateway === undefined
    ? undefined
    : (asked: AskedAct) => askRunning(gateway, { ...asked, secret: config.serviceSecret });
  const writable = log ?? writableOf(readings);
  const record = writable ? actsRecord(writable) : ask && askedRecord(ask);
  const opened = opening.move();
  return {
    databases,
    ...(head && { head: async () => (await headOf(log, { isOurs, logger }))?.position }),
    ...(reads && { reads }),
    ...(log && changes && !running && { log }),
    ...(ask && { ask }),
    ...(record && { record }),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** An application of this machine for one who only looks, as the environment says where. */
export async function look(application: Application): Promise<Operated> {
  return await operate(application, { ...fromEnvironment(application), changes: false });
}

/** Operators' commands have words of their own, so their settings come from the environment alone. */
export function fromEnvironment(
  application: Application,
): Pick<OperateOptions, "config" | "logger"> {
  return {
    config: readConfig(application, { args: [], env: environment() }),
    logger: createLogger({ level: "error" }),
  };
}

/** Undefined: it is the running application's own, or there is none yet. */
async function findLog({ config, logger, isOurs }: {
  readonly config: Config;
  readonly logger: Log;
  /** Nobody else has the data directory. */
  readonly isOurs: boolean;
}): Promise<EventLog | undefined> {
  const { eventStoreUrl, dataDirectory: directory } = config;
  const isThere = eventStoreUrl !== undefined || isOurs && await exists(eventLogPath(directory));
  if (!isThere) return undefined;
  const { log } = await openLog({ eventStoreUrl, directory, logger });
  return log;
}

/** Undefined: the running application has its log to itself. */
function writableOf(
  readings: ReturnType<typeof runningReadings>,
): Pick<EventLog, "append" | "read"> | undefined {
  const { append } = readings ?? {};
  return readings && append && { ...readings, append };
}

/** Undefined: nobody can tell. */
async function headOf(log: EventLog | undefined, { isOurs, logger }: {
  readonly isOurs: boolean;
  readonly logger: Log;
}): Promise<{ readonly position: number | undefined } | undefined> {
  // One of ours that is empty need not have a file yet
  if (!log) return isOurs ? { position: undefined } : undefined;
  try {
    return { position: await log.head() };
  } catch (error) {
    // What is known without it is shown all the same
    logger.error("The event log does not answer", { error });
    return undefined;
  }
}

/** Undefined: no service needs it. */
async function findServer(
  { services }: Application,
  { config, logger, running }: {
    readonly config: Config;
    readonly logger: Log;
    readonly running: Running | undefined;
  },
) {
  const { dataDirectory: directory, eventStoreUrl } = config;
  if (services.every(({ name }) => config.databaseUrls.has(name))) return undefined;
  const url = config.databaseUrl ?? running?.urls.postgres;
  if (url !== undefined) return { url };
  if (running) {
    throw new Error(
      `Cannot find the databases in "${directory}": process ${running.pid} uses it and has not said where they are, try again`,
    );
  }
  const place = readModelDirectory({ directory, eventStoreUrl });
  // As PostgreSQL leaves it, here or where it had to move to
  if (!await exists(join(place, "data")) && !await exists(join(place, "moved"))) {
    throw new Error(`Cannot find any database in "${directory}": nothing has run there yet`);
  }
  const embedded = await startEmbeddedPostgres({ directory: place, logger });
  return { url: embedded.url, embedded };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
