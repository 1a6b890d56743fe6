import { silentLog } from "@headwater/core";
import { startEmbeddedPostgres } from "../embedded.ts";

// The owner of a PostgreSQL, for tests that kill it: says which one it runs and goes on until it is ended
const [directory = ""] = Deno.args;
const { url, pid } = await startEmbeddedPostgres({ directory, logger: silentLog });
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ url, pid })}\n`));
await Deno.stdin.read(new Uint8Array(1));
Deno.exit();
