import { join } from "node:path";
import process from "node:process";
import { Unavailable } from "@headwater/core";
import { announceHolder, describeHolder } from "./log/data_holder.ts";
import { interrupted, supervisorEnded } from "./until_told.ts";
import { lineLog } from "./line_log.ts";
import { inUse } from "./log/sqlite_failure.ts";
import { OptionsError, readServerOptions, serverOptionsHelp } from "./server_options.ts";
import { type EventStoreServer, startEventStore } from "./start_event_store.ts";

/** What the command takes from its process, for tests and hosts. */
export type CommandOptions = {
  readonly env?: { get(name: string): string | undefined };
  /** Takes a line for whoever started it. Default: standard output. */
  readonly print?: (line: string) => void;
};

/**
 * The command `headwater-event-store`: runs the store until it is interrupted, or with `--supervised` until its standard
 * input closes. Gives the code to exit with, and says on the standard error output why it cannot go on.
 */
export async function headwaterEventStore(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<number> {
  try {
    return await eventStoreCommand(args, options);
  } catch (error) {
    process.stderr.write(`${explained(error)}\n`);
    return 1;
  }
}

/** The same, but it rejects with what stops it: for hosts that have a command line of their own. */
export async function eventStoreCommand(
  args: readonly string[],
  { env = { get: (name) => process.env[name] }, print = printLine }: CommandOptions,
): Promise<number> {
  const supervised = args.includes("--supervised");
  const options = readServerOptions({ args: args.filter((arg) => arg !== "--supervised"), env });
  if (options.help) {
    print(serverOptionsHelp());
    return 0;
  }
  const { data } = options;
  const path = data === ":memory:" ? data : join(data, "events.sqlite");
  // A Ctrl-C on a terminal reaches every process at once; a supervisor says when it is our turn
  using interruption = interrupted();
  using supervision = supervised ? supervisorEnded() : undefined;
  await using server = await started(path, options);
  // Whoever supervises this one tells of it
  using _holder = supervised || data === ":memory:"
    ? undefined
    : announceHolder(data, server.connectionString);
  print(
    `Event store ready: ${server.connectionString} (events in "${path}"; for development and tests: no TLS, no users)`,
  );
  await (supervision ?? interruption).promise;
  return 0;
}

async function started(
  path: string,
  { data, keepAliveIntervalMs, keepAliveTimeoutMs, logLevel, ...options }: ReturnType<
    typeof readServerOptions
  >,
): Promise<EventStoreServer> {
  try {
    return await startEventStore({
      ...options,
      path,
      standardProjections: options.startProjections,
      keepAlive: { intervalMs: keepAliveIntervalMs, timeoutMs: keepAliveTimeoutMs },
      logger: lineLog({ level: logLevel, fields: { process: "eventstore" } }),
    });
  } catch (error) {
    // Two servers on one log would not hear of each other's events
    if (!(error instanceof Unavailable) || error.code !== inUse) throw error;
    const holder = describeHolder(data);
    throw new Error(
      `Cannot use data directory "${data}": ${
        holder ? `process ${holder.pid} uses it, at ${holder.url}` : "another process uses it"
      }`,
      { cause: error },
    );
  }
}

/** What stops it for a reason of the machine or of its options says so in its message; all else is a bug. */
function explained(error: unknown): unknown {
  const isExpected = error instanceof OptionsError || error instanceof Unavailable ||
    error instanceof Error && error.constructor === Error && error.message.startsWith("Cannot ");
  return isExpected ? error.message : error instanceof Error ? error.stack : error;
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
