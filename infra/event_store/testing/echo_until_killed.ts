import { silentLog } from "@headwater/core";
import { listenSteadily } from "../grpc/steady_listener.ts";
import { interrupted } from "../until_told.ts";

/** A process of its own for tests: sends back what it is sent until it is killed, prints its port and what it tells. */
async function echoUntilKilled(): Promise<void> {
  // As the command does: Deno panics where it has no file handle left when it first heeds signals
  using interruption = interrupted();
  const { port } = await listenSteadily({
    host: "127.0.0.1",
    port: 0,
    lookMs: 20,
    onConnection: (socket) => void socket.on("error", () => {}).pipe(socket),
    logger: { ...silentLog, error: print, info: print },
  });
  print(String(port));
  await interruption.promise;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

if (import.meta.main) await echoUntilKilled();
