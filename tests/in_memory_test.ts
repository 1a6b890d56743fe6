import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { inMemory } from "./in_memory.ts";

Deno.test({
  name: "a command in memory has its arguments, both its outputs and its code",
  ignore: Deno.build.os === "windows",
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "headwater-in-memory-" });
    try {
      const script = `echo "$1 at $TMPDIR" && echo said >&2 && exit 7`;
      const [command, ...args] = inMemory(["sh", "-c", script, "sh", "two words"]);
      const run = new Deno.Command(command, { args, env: { TMPDIR: directory } });
      const { code, stdout, stderr } = await within("the command", run.output());
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assert.deepEqual(
        [code, text(stdout), text(stderr)],
        [7, `two words at ${directory}\n`, "said\n"],
      );
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
