import { silentLog } from "@headwater/core";
import { eventually, within } from "@headwater/testing";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { listenSteadily } from "./steady_listener.ts";

const manyHandles = 100;

Deno.test({
  name: "who had no file handle left for connections takes them again, and says so once",
  // Limits of a process are set by its shell
  ignore: Deno.build.os === "windows",
  async fn() {
    const script = fileURLToPath(new URL("../testing/echo_until_killed.ts", import.meta.url));
    const command = 'ulimit -n "$0" && exec "$@"';
    const limited = [Deno.execPath(), "run", "--quiet", "--allow-env", "--allow-net", script];
    await using child = new Deno.Command("sh", {
      args: ["-c", command, String(manyHandles), ...limited],
      stdout: "piped",
    }).spawn();
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let printed = "";
    const nextLines = async () => {
      const { value, done } = await within("a line of the process", lines.read());
      if (done) throw new Error("Cannot go on: the process has ended");
      printed += value;
    };
    while (!printed.includes("\n")) await nextLines();
    const port = Number(printed);
    assert.ok(await isHeard(port));
    const held = await Promise.all(
      Array.from({ length: 2 * manyHandles }, () => Deno.connect({ hostname: "127.0.0.1", port })),
    );
    // Without a handle it cannot even ask whether it is heard
    for (const connection of held) connection.close();
    await eventually("a connection that is taken", () => isHeard(port));
    while (!printed.includes("taken again")) await nextLines();
    assert.deepEqual(printed.trim().split("\n").slice(1), [
      "No connections are taken, listening again",
      "Connections are taken again",
    ]);
    await lines.cancel();
    child.kill("SIGKILL");
  },
});

Deno.test("who hears nobody connects to itself now and then, and keeps no connection of that", async () => {
  let taken = 0;
  let open = 0;
  const told: string[] = [];
  const listener = await listenSteadily({
    host: "127.0.0.1",
    port: 0,
    lookMs: 5,
    onConnection(socket) {
      taken++;
      open++;
      socket.resume().on("error", () => {}).once("close", () => open--);
    },
    logger: { ...silentLog, error: (message) => void told.push(message) },
  });
  await eventually("connections of its own", () => taken >= 5);
  await within("its end", listener.close());
  assert.equal(open, 0);
  assert.deepEqual(told, []);
});

/** Whether a byte comes back; where nobody takes the connection it is closed by whoever listens anew. */
async function isHeard(port: number): Promise<boolean> {
  try {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(Uint8Array.of(1));
    return await connection.read(new Uint8Array(1)) === 1;
  } catch {
    return false;
  }
}
