import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";

/** Restate's server in a process of its own, until it is disposed. */
export type RestateServer = AsyncDisposable & {
  readonly ingressUrl: string;
  /** Makes the handlers known that are served there. */
  register(url: string): Promise<void>;
};

/** By default 24, for a cluster: on two cores fewer did more. */
const partitions = 4;
const lookEveryMs = 100;
const startsWithinMs = 60_000;
const stopsWithinMs = 5_000;

/** On free ports of this machine, with its data in the folder; as by default, it waits for the disk. */
export async function startRestate(directory: string): Promise<RestateServer> {
  const [ingress, admin, node] = freePorts(3);
  const child = new Deno.Command(binary(), {
    args: ["--no-logo", "--listen-mode=tcp", `--base-dir=${directory}/restate`],
    env: {
      RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
      RESTATE_ADVERTISED_ADDRESS: `http://127.0.0.1:${node}/`,
      RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
      RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
      RESTATE_LOG_FILTER: "error",
      RESTATE_DISABLE_TELEMETRY: "true",
      RESTATE_DEFAULT_NUM_PARTITIONS: String(partitions),
    },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  // Also where this process ends by an error that nobody has caught
  const kill = () => child.kill("SIGKILL");
  addEventListener("unload", kill);
  const server: RestateServer = {
    ingressUrl: `http://127.0.0.1:${ingress}`,
    async register(uri) {
      const answer = await fetch(`http://127.0.0.1:${admin}/deployments`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ uri }),
      });
      const said = await answer.text();
      if (!answer.ok) throw new Error(`Cannot make handlers known to Restate: ${said}`);
    },
    async [Symbol.asyncDispose]() {
      removeEventListener("unload", kill);
      child.kill("SIGTERM");
      const patience = new AbortController();
      const impatient = setTimeout(stopsWithinMs, undefined, patience).then(kill, () => {});
      await child.status;
      patience.abort();
      await impatient;
    },
  };
  try {
    await healthy(`http://127.0.0.1:${admin}/health`);
    await healthy(`http://127.0.0.1:${ingress}/restate/health`);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return server;
}

async function healthy(url: string): Promise<void> {
  for (const end = performance.now() + startsWithinMs; performance.now() < end;) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await setTimeout(lookEveryMs);
  }
  throw new Error(`Cannot start Restate: "${url}" is not healthy after ${startsWithinMs} ms`);
}

function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  return listeners.map((listener) => {
    listener.close();
    return listener.addr.port;
  });
}

/** Of this machine, as its package for npm finds it. */
function binary(): string {
  const ofPackage = createRequire(import.meta.resolve("@restatedev/restate-server"));
  const os = Deno.build.os;
  const arch = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  return ofPackage.resolve(`@restatedev/restate-server-${os}-${arch}/bin/restate-server`);
}
