import process from "node:process";

/** What the libraries of the EventStoreDB adapter look at in the environment; to be passed to `--allow-env` with it. */
export const eventStoreDbVariables: readonly string[] = [
  "grpc_proxy",
  "http_proxy",
  "https_proxy",
  "no_grpc_proxy",
  "no_proxy",
];

/**
 * Loads the EventStoreDB adapter, where it is needed. As its libraries are loaded they look through the whole
 * environment: they are shown an empty one, so that the process needs no right to see every secret in it.
 */
export async function loadEventStoreDb(): Promise<typeof import("./eventstoredb.ts")> {
  const { env } = process;
  process.env = {};
  try {
    return await import("./eventstoredb.ts");
  } finally {
    process.env = env;
  }
}
