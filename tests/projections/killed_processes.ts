import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./killed_child.ts", import.meta.url));
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));

export type KilledProcess = {
  readonly name: string;
  /** Resolves when it has its read models, or has ended. */
  readonly ready: Promise<void>;
  /** For a while it does nothing, and does not know it. */
  freeze(ms: number): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
};

/** Starts `killed_child.ts` with these words. */
export function startKilled(
  [work, name, ...words]: readonly [work: "follow" | "operate", name: string, ...string[]],
): KilledProcess {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--no-check", `--config=${config}`],
      ...["--allow-net=127.0.0.1,localhost", "--allow-env", "--allow-read", "--allow-sys"],
      ...[script, work, name, ...words],
    ],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const ready = Promise.withResolvers<void>();
  async function listen(): Promise<void> {
    for await (const _text of child.stdout) ready.resolve();
    ready.resolve();
  }
  const listening = listen();
  function send(signal: Deno.Signal): void {
    try {
      child.kill(signal);
    } catch {
      // It has ended
    }
  }
  return {
    name,
    ready: ready.promise,
    async freeze(ms) {
      send("SIGSTOP");
      await setTimeout(ms);
      send("SIGCONT");
    },
    async kill() {
      send("SIGKILL");
      await Promise.all([child.status, listening]);
    },
  };
}
