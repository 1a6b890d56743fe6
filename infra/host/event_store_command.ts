import { aborted } from "@headwater/core";
import { join } from "node:path";
import { startEventStoreServer } from "@headwater/event-log/server/event_store_server";
import { readServerOptions, serverOptionsHelp } from "@headwater/event-log/server/server_options";
import type { ConfigSources } from "./config.ts";
import { openDataDirectory } from "./data_directory.ts";
import { listenForInterruption } from "./interruption.ts";
import { createLogger, withFields } from "./logger.ts";
import { untilSupervisorEnds } from "./split/serve_alone.ts";

export type EventStoreCommandOptions = {
  readonly env: ConfigSources["env"];
  readonly print: (line: string) => void;
};

/** Runs the embedded event store until it is interrupted: `deno task eventstore`. */
export async function eventStoreCommand(
  args: readonly string[],
  { env, print }: EventStoreCommandOptions,
): Promise<number> {
  const supervised = args.includes("--supervised");
  const options = readServerOptions({
    args: args.filter((arg) => arg !== "--supervised"),
    env,
  });
  if (options.help) {
    print(serverOptionsHelp());
    return 0;
  }
  const { data, logLevel } = options;
  const path = data === ":memory:" ? data : join(data, "events.sqlite");
  using interruption = listenForInterruption();
  // Two servers on one log would not hear of each other's events; whoever supervises this one has the directory already
  const isShared = supervised || data === ":memory:";
  await using directory = isShared ? undefined : await openDataDirectory(data);
  const { keepAliveIntervalMs: intervalMs, keepAliveTimeoutMs: timeoutMs } = options;
  await using server = await startEventStoreServer({
    ...options,
    path,
    standardProjections: options.startProjections,
    keepAlive: { intervalMs, timeoutMs },
    logger: withFields(createLogger({ level: logLevel }), { process: "eventstore" }),
  });
  print(
    `Event store ready: ${server.connectionString} (events in "${path}"; for development and tests: no TLS, no users)`,
  );
  await directory?.announce({ eventStore: server.connectionString });
  await aborted(supervised ? untilSupervisorEnds() : interruption.signal);
  return 0;
}
