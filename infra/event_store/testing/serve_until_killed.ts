import { startEventStore } from "../start_event_store.ts";

/** A process of its own for tests: serves the file it is given until it is killed, and prints the port. */
async function serveUntilKilled(path: string): Promise<void> {
  const { port } = await startEventStore({ path, port: 0 });
  Deno.stdout.writeSync(new TextEncoder().encode(`${port}\n`));
}

if (import.meta.main) await serveUntilKilled(Deno.args[0]!);
