import { startEventStoreServer } from "@headwater/event-log/server/event_store_server";

/** A process of its own for tests: serves the file it is given on the port it is given until it is killed. */
async function serveUntilKilled([path = "", port = ""]: readonly string[]): Promise<void> {
  const server = await startEventStoreServer({ path, port: Number(port) });
  Deno.stdout.writeSync(new TextEncoder().encode(`ready on ${server.port}\n`));
}

if (import.meta.main) await serveUntilKilled(Deno.args);
