import process from "node:process";
import type { EventStoreDbLog, EventStoreDbOptions } from "./event_store_db_log.ts";

/** What the libraries of this adapter look at in the environment; to be passed to `--allow-env` with it. */
export const eventStoreDbVariables: readonly string[] = [
  "grpc_proxy",
  "http_proxy",
  "https_proxy",
  "no_grpc_proxy",
  "no_proxy",
];

let loaded: Promise<typeof import("./event_store_db_log.ts")> | undefined;

/**
 * Opens an EventStoreDB or KurrentDB of 23.10 or later as the event log; nothing is sent before the log's first call.
 * The libraries for it are not loaded before the first of these calls.
 *
 * Errors: `Error` for a connection string or certificates that cannot be read.
 */
export async function openEventStoreDb(options: EventStoreDbOptions): Promise<EventStoreDbLog> {
  const { eventStoreDbLog } = await (loaded ??= load());
  return eventStoreDbLog(options);
}

/**
 * As the libraries are loaded they look through the whole environment: they are shown an empty one, so that the process
 * needs no right to see every secret in it.
 */
async function load(): Promise<typeof import("./event_store_db_log.ts")> {
  const { env } = process;
  process.env = {};
  try {
    return await import("./event_store_db_log.ts");
  } finally {
    process.env = env;
  }
}
