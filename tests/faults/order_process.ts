import { environmentVariables } from "@headwater/host";
import { eventually } from "@headwater/testing";
import { shop } from "@shop/app";
import { root } from "../architecture/place.ts";

/** A process that is the order service. */
export type OrderProcess = AsyncDisposable & {
  readonly url: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** kill -STOP: it does nothing any more, and does not know that. */
  freeze(): void;
  thaw(): void;
};

/** Free a moment ago; below what the system gives to connections that go out. */
function freePort(): number {
  const port = 10_000 + Math.floor(Math.random() * 20_000);
  try {
    using _listener = Deno.listen({ hostname: "127.0.0.1", port });
    return port;
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    return freePort();
  }
}

/** The order service alone, as it is deployed. Disposing kills it. */
export async function startOrder(
  env: Readonly<Record<string, string>>,
): Promise<OrderProcess> {
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "--allow-net", "--allow-env", "--allow-read"],
      ...["services/main.ts", "service", "order", "--port", String(port)],
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
  async function kill(): Promise<void> {
    if (!isOver) child.kill("SIGKILL");
    isOver = true;
    await child.status;
  }
  const url = `http://127.0.0.1:${port}`;
  await eventually(`${url} to serve`, async () => {
    try {
      const response = await fetch(`${url}/health/ready`);
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  });
  return {
    url,
    kill,
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    [Symbol.asyncDispose]: kill,
  };
}
