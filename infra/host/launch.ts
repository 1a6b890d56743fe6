import { tmpdir } from "node:os";
import { describeFailure } from "./describe_failure.ts";
import { permissionsOf } from "./permissions.ts";
import { telemetryVariables } from "./telemetry_variables.ts";

const isWindows = Deno.build.os === "windows";

/** To be passed on; on Windows, where passing on is killing, only to be outlived. */
const signals: readonly Deno.Signal[] = isWindows ? ["SIGINT"] : ["SIGINT", "SIGTERM", "SIGHUP"];

/** `launch.ts KIND MODULE ARGUMENT …`: runs a module with the permissions of its kind, as if it stood in our place. */
async function launch([kind = "", module = "", ...args]: readonly string[]): Promise<number> {
  const permissions = await permissionsOf(kind, {
    args,
    env: { get: (name) => Deno.env.get(name), keys: () => Object.keys(Deno.env.toObject()) },
    os: Deno.build.os,
    deno: Deno.execPath(),
    temporary: tmpdir(),
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", ...permissions, module, ...args],
    env: telemetryVariables(Deno.env.toObject(), { name: "headwater" }),
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  let isOver = false;
  for (const signal of signals) {
    // A Ctrl-C on a terminal reaches it as well: who listens takes both for one
    Deno.addSignalListener(signal, () => isOver || isWindows || child.kill(signal));
  }
  const { code } = await child.status;
  isOver = true;
  return code;
}

if (import.meta.main) {
  try {
    Deno.exit(await launch(Deno.args));
  } catch (error) {
    // deno-lint-ignore no-console -- the command line's own output
    console.error(describeFailure(error));
    Deno.exit(1);
  }
}
