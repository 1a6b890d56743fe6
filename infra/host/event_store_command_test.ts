import assert from "node:assert/strict";
import { openDataDirectory } from "./data_directory.ts";
import { eventStoreCommand } from "./event_store_command.ts";

Deno.test("a second server on the same events is refused, and told where the first one is", async () => {
  const data = await Deno.makeTempDir();
  try {
    await using first = await openDataDirectory(data);
    await first.announce({ eventStore: "esdb://127.0.0.1:2113?tls=false" });
    await assert.rejects(run("--data", data, "--port", "0"), {
      message:
        `Cannot use data directory "${data}": process ${Deno.pid} uses it, at esdb://127.0.0.1:2113?tls=false`,
    });
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("a port that another process has is named", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await assert.rejects(run("--mem-db", "--log-level", "warn", "--port", String(port)), {
    message: `Cannot listen on "127.0.0.1:${port}": another process has that port`,
  });
});

function run(...args: readonly string[]): Promise<number> {
  return eventStoreCommand(args, { env: new Map<string, string>(), print() {} });
}
