import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { root } from "../architecture/place.ts";
import { chromiumPath } from "./chromium.ts";

Deno.test({
  name: "operators see a shop and act on it in a browser",
  ignore: chromiumPath === undefined,
  async fn() {
    // What drives a browser looks below /proc when it is loaded, for which nothing less than everything has to be allowed
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        ...["test", "--quiet", "--no-check", "--allow-all"],
        fileURLToPath(new URL("console_check.ts", import.meta.url)),
      ],
      cwd: root,
      stdout: "piped",
      stderr: "piped",
    });
    const { code, stdout, stderr } = await command.output();
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assert.equal(code, 0, said);
  },
});
