import { within } from "@headwater/testing";
import { fileURLToPath } from "node:url";
import type { SystemUser } from "../shell.ts";

export type OwnerProcess = {
  /** Waits for the server it runs. */
  ready(): Promise<{ url: string; pid: number }>;
  kill(): Promise<void>;
};

export type OwnerOptions = {
  readonly deno?: string;
  readonly program?: string;
  readonly user?: SystemUser;
  readonly env?: Record<string, string>;
};

/** A process of its own that runs a server, with the least permissions that this takes. */
export function startOwner(directory: string, options: OwnerOptions = {}): OwnerProcess {
  const {
    deno = Deno.execPath(),
    program = fileURLToPath(import.meta.resolve("./run_until_killed.ts")),
    user,
    env,
  } = options;
  const child = new Deno.Command(deno, {
    args: [
      ...["run", "--cached-only", "--no-prompt", "--allow-run=sh", "--allow-net=127.0.0.1"],
      ...[program, directory],
    ],
    cwd: user ? "/" : undefined,
    ...user,
    env,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  return {
    async ready() {
      const { value } = await within("the owner to run its server", reader.read());
      return JSON.parse(new TextDecoder().decode(value));
    },
    async kill() {
      child.kill("SIGKILL");
      const ending = Promise.all([child.status, reader.cancel(), child.stdin.abort()]);
      await within("the owner to end", ending);
    },
  };
}
