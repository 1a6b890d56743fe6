import { installPeers, peersFolder, startPeersPostgres } from "./peer_results.ts";
import type { CpuTime } from "./cpu_time.ts";
import { jsonLines } from "./json_lines.ts";

/** Rivals that book trips, in a process of their own. */
export type SagaRivals = AsyncDisposable & {
  readonly names: readonly string[];
  /** Of that process. */
  readonly pid: number | undefined;
  measure(asked: {
    readonly peer: string;
    readonly isFull: boolean;
    readonly inFlight: number;
    readonly ms: number;
  }): Promise<SagaMeasured>;
};

export type SagaMeasured = {
  readonly perSecond: number;
  /** Of the rival's processes but PostgreSQL. */
  readonly cpuMs: CpuTime["own"];
  readonly done: number;
  readonly tookMs: readonly number[];
};

const nobody: SagaRivals = {
  names: [],
  pid: undefined,
  measure: () => Promise.reject(new Error("There are no rivals")),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** Starts them, so that they take turns with Headwater; none where they cannot be installed. */
export async function startSagaRivals(): Promise<SagaRivals> {
  if (!await installPeers()) return nobody;
  await using starting = new AsyncDisposableStack();
  const postgres = starting.use(await startPeersPostgres());
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--config", `${peersFolder}deno.json`],
      `${peersFolder}sagas_peers.ts`,
    ],
    cwd: peersFolder,
    env: { PEERS_DATABASE_URL: postgres.url, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const asking = child.stdin.getWriter();
  starting.defer(async () => {
    await asking.close().catch(() => {/* It has ended already. */});
    await child.status;
  });
  const answers = jsonLines(child.stdout);
  async function next(): Promise<unknown> {
    const { done, value } = await answers.next();
    if (done) throw new Error("Cannot measure the rivals: their process has ended");
    return value;
  }
  const names = await next() as string[];
  const started = starting.move();
  return {
    names,
    pid: child.pid,
    async measure(asked) {
      await asking.write(new TextEncoder().encode(`${JSON.stringify(asked)}\n`));
      return await next() as SagaMeasured;
    },
    async [Symbol.asyncDispose]() {
      await answers.return();
      await started.disposeAsync();
    },
  };
}
