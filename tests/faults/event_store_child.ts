import { startEventStore } from "@headwater/event-store";

/** A process of its own for tests: serves the file it is given on the port it is given until it is killed. */
async function serveUntilKilled([path = "", port = ""]: readonly string[]): Promise<void> {
  const server = await startEventStore({ path, port: Number(port) });
  Deno.stdout.writeSync(new TextEncoder().encode(`ready on ${server.port}\n`));
}

if (import.meta.main) await serveUntilKilled(Deno.args);
