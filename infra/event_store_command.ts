import { join } from "node:path";
import { startEventStoreServer } from "./event_log/server/event_store_server.ts";
import { aborted } from "./aborted.ts";
import type { ConfigSources } from "./config.ts";
import { eventStoreHelp, readEventStoreSettings } from "./event_store_settings.ts";
import { listenForInterruption } from "./interruption.ts";
import { createLogger } from "./logger.ts";
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
  const settings = readEventStoreSettings({
    args: args.filter((arg) => arg !== "--supervised"),
    env,
  });
  if (settings.help) {
    print(eventStoreHelp());
    return 0;
  }
  const { data, logLevel } = settings;
  const path = data === ":memory:" ? data : join(data, "events.sqlite");
  using interruption = listenForInterruption();
  await using server = await startEventStoreServer({
    ...settings,
    path,
    logger: createLogger({ level: logLevel }),
  });
  print(
    `Event store ready: ${server.connectionString} (events in "${path}"; for development and tests: no TLS, no users)`,
  );
  await aborted(supervised ? untilSupervisorEnds() : interruption.signal);
  return 0;
}
