import { type Log, silentLog } from "@headwater/core";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";
import { runShell } from "./shell.ts";

/** A PostgreSQL for a test or a demonstration: its directory is a temporary one and goes when it is disposed. */
export async function startThrowAwayPostgres(
  { logger = silentLog }: { readonly logger?: Log } = {},
): Promise<EmbeddedPostgres> {
  // The unprivileged user has to pass through it, where we are root
  const directory = await runShell(
    `directory=$(mktemp -d "\${TMPDIR:-/tmp}/headwater-XXXXXX") && chmod 711 "$directory" && echo "$directory"`,
    { args: [] },
  );
  async function remove(): Promise<void> {
    await runShell(`rm -rf "$1"`, { args: [directory] });
  }
  try {
    const started = await startEmbeddedPostgres({
      directory: `${directory}/postgres`,
      logger,
      throwAway: true,
    });
    return {
      url: started.url,
      port: started.port,
      get pid() {
        return started.pid;
      },
      async [Symbol.asyncDispose]() {
        await started[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
