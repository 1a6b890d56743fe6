import type { Log } from "@headwater/shared/ports/log";

export type ProcessPlan = {
  readonly name: string;
  /** Of this very Deno: `run`, permissions, script, arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Resolves to true once it serves. */
  isReady(): Promise<boolean>;
};

export type SupervisedProcess = AsyncDisposable & {
  readonly name: string;
  /** Of the process that runs now; another one after it was started again. */
  readonly pid: number;
};

const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** One that served for so long starts with a short pause again. */
const steadyMs = 10_000;
/** How long a process may take to stop before it is killed. */
const graceMs = 4_000;

/**
 * Runs a process until it is disposed: one that ends by itself is started again, after a pause that grows while it keeps
 * ending. Resolves when it serves; rejects when it ends before it ever did.
 *
 * The process ends with us, however we end: its standard input is a pipe that closes then.
 */
export async function superviseProcess(
  plan: ProcessPlan,
  { logger, signal }: { readonly logger: Log; readonly signal?: AbortSignal },
): Promise<SupervisedProcess> {
  const stopping = new AbortController();
  let child = spawn(plan);
  await served(child, { plan, signal });

  async function supervise(): Promise<void> {
    let pauseMs = firstPauseMs;
    let startedAt = performance.now();
    for (;;) {
      const { code, signal: by } = await child.status;
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAt > steadyMs) pauseMs = firstPauseMs;
      logger.warn("A process ended, starting it again", { process: plan.name, code, by, pauseMs });
      await pause(pauseMs, stopping.signal);
      if (stopping.signal.aborted) return;
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
      startedAt = performance.now();
      child = spawn(plan);
    }
  }
  const supervised = supervise();
  return {
    name: plan.name,
    get pid() {
      return child.pid;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await end(child);
      await supervised;
    },
  };
}

function spawn({ args, env }: ProcessPlan): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    env,
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

async function served(
  child: Deno.ChildProcess,
  { plan, signal }: { readonly plan: ProcessPlan; readonly signal?: AbortSignal },
): Promise<void> {
  let ended: Deno.CommandStatus | undefined;
  child.status.then((status) => ended = status);
  while (!await plan.isReady()) {
    if (ended) {
      throw new Error(`Cannot start process "${plan.name}": it ended with code ${ended.code}`);
    }
    if (signal?.aborted) {
      await end(child);
      signal.throwIfAborted();
    }
    await pause(50, signal);
  }
}

/** Closing its input asks it to stop. */
async function end(child: Deno.ChildProcess): Promise<void> {
  await child.stdin.close().catch(() => {/* It is gone already */});
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await child.status;
  clearTimeout(timer);
}

async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const abort = () => resolve();
  signal?.addEventListener("abort", abort);
  await promise;
  clearTimeout(timer);
  signal?.removeEventListener("abort", abort);
}
