import { environmentVariables } from "@headwater/host";
import { eventually, within } from "@headwater/testing";
import { shop } from "@shop/app";
import { root } from "../architecture/place.ts";
import { freePort } from "../free_port.ts";

/** A process that is one service of the shop, or its gateway. */
export type LoneProcess = AsyncDisposable & {
  readonly url: string;
  /** Without waiting for anything; it must run. */
  signal(name: Deno.Signal): void;
  /** kill -9. */
  kill(): Promise<void>;
  /** kill -STOP: it does nothing any more, and does not know that. */
  freeze(): void;
  thaw(): void;
  /** Resolves to its exit code. */
  ended(): Promise<number>;
  readonly isOver: boolean;
};

/** `services/main.ts service order`, for example, as it is deployed; resolves when it has caught up. Disposing kills it. */
export async function startAlone(
  words: readonly string[],
  { env, port = freePort() }: {
    readonly env: Readonly<Record<string, string>>;
    readonly port?: number;
  },
): Promise<LoneProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--allow-net", "--allow-env", "--allow-read"],
      ...["services/main.ts", ...words, "--port", String(port)],
    ],
    cwd: root,
    env: {
      ...Object.fromEntries(environmentVariables(shop).map((name) => [name, ""])),
      LOG_LEVEL: "error",
      ...env,
    },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let isOver = false;
  const status = child.status.finally(() => isOver = true);
  async function kill(): Promise<void> {
    if (!isOver) child.kill("SIGKILL");
    await status;
  }
  const url = `http://127.0.0.1:${port}`;
  await eventually(`${url} to serve`, async () => {
    if (isOver) throw new Error(`Cannot start "${words.join(" ")}": it has ended`);
    try {
      const response = await fetch(`${url}/health/startup`);
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  });
  return {
    url,
    signal: (name) => child.kill(name),
    kill,
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    ended: async () => (await within(`"${words.join(" ")}" to end`, status)).code,
    get isOver() {
      return isOver;
    },
    [Symbol.asyncDispose]: kill,
  };
}
