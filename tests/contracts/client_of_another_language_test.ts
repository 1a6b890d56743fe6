import { startEventStore } from "@headwater/event-store";
import { within } from "@headwater/testing";
import assert from "node:assert/strict";

/** Debian's python3-grpcio belongs to Debian's own Python. */
const candidates = ["/usr/bin/python3", "python3"];

async function hasGrpc(python: string): Promise<boolean> {
  try {
    const command = new Deno.Command(python, { args: ["-c", "import grpc"], stderr: "null" });
    return (await command.output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const found = await Promise.all(candidates.map(hasGrpc));
const python = candidates.find((_, index) => found[index]);

Deno.test({
  name: "a client of another language and another make of HTTP/2 is served",
  ignore: python === undefined,
  async fn() {
    await using server = await startEventStore({
      path: ":memory:",
      host: "127.0.0.1",
      port: 0,
    });
    const script = new URL("client_of_another_language.py", import.meta.url).pathname;
    const client = new Deno.Command(python!, { args: [script, `127.0.0.1:${server.port}`] });
    const { stdout, stderr } = await within("the client to end", client.output());
    assert.deepEqual(new TextDecoder().decode(stdout).trim().split("\n"), [
      "stream 1000",
      "conflict True",
      "subscription 900",
      "everything 1400",
      "deleted FAILED_PRECONDITION stream-deleted",
      "unknown UNIMPLEMENTED",
    ], new TextDecoder().decode(stderr));
  },
});
