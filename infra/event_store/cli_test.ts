import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { eventStoreCommand } from "./cli.ts";
import { announceHolder } from "./log/data_holder.ts";
import { startEventStore } from "./start_event_store.ts";

Deno.test("a second server on the same events is refused, and told where the first one is", async () => {
  const data = await mkdtemp(join(tmpdir(), "headwater-cli-"));
  try {
    await using first = await startEventStore({ path: join(data, "events.sqlite") });
    await assert.rejects(run("--data", data, "--port", "0"), {
      message: `Cannot use data directory "${data}": another process uses it`,
    });
    using _holder = announceHolder(data, first.connectionString);
    await assert.rejects(run("--data", data, "--port", "0"), {
      message:
        `Cannot use data directory "${data}": process ${process.pid} uses it, at ${first.connectionString}`,
    });
  } finally {
    await rm(data, { recursive: true });
  }
});

Deno.test("a port that another process has is named", async () => {
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen({ host: "127.0.0.1", port: 0 }, resolve));
  const { port } = taken.address() as AddressInfo;
  await assert.rejects(run("--mem-db", "--log-level", "warn", "--port", String(port)), {
    message: `Cannot listen on "127.0.0.1:${port}": another process has that port`,
  });
  await new Promise((resolve) => taken.close(resolve));
});

Deno.test("help is printed, and nothing is started", async () => {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  assert.equal(await eventStoreCommand(["--help", "--port", "junk"], { print }), 0);
  assert.match(lines.join("\n"), /--supervised/);
  assert.match(lines.join("\n"), /--data/);
});

function run(...args: readonly string[]): Promise<number> {
  return eventStoreCommand(args, { env: new Map<string, string>(), print() {} });
}
