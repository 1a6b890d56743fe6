import { type Log, time } from "@headwater/core";

export type ProcessPlan = {
  readonly name: string;
  /** Of this very Deno: `run`, permissions, script, arguments. */
  readonly args: readonly string[];
  /** All that it sees, beside where Deno finds its cache. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves to true once it serves. */
  isReady(): Promise<boolean>;
  /** Milliseconds it may take to stop before it is killed; default 3,000. */
  readonly graceMs?: number;
};

/** A process that is started again when it ends, until it is disposed. */
export type SupervisedProcess = AsyncDisposable & {
  readonly name: string;
  /** Of the process that runs now; another one after it was started again. */
  readonly pid: number;
  /** kill -9, as a fault; resolves when its successor serves. */
  killOnce(): Promise<void>;
};

export type SuperviseOptions = {
  readonly logger: Log;
  /** Gives up the start. */
  readonly signal?: AbortSignal;
  /** Milliseconds a process may take until it serves for the first time; default 60,000. */
  readonly startMs?: number;
};

const readyPauseMs = 50;
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** One that served for so long starts with a short pause again. */
const steadyMs = 10_000;
const defaultGraceMs = 3_000;
const defaultStartMs = 60_000;

/**
 * Runs a process until it is disposed: one that ends by itself is started again, after a pause that grows while it keeps
 * ending. Resolves when it serves; rejects when it ends before it ever did.
 *
 * The process ends with us, however we end: its standard input is a pipe that closes then.
 */
export async function superviseProcess(
  plan: ProcessPlan,
  { logger, signal, startMs = defaultStartMs }: SuperviseOptions,
): Promise<SupervisedProcess> {
  const stopping = new AbortController();
  const graceMs = plan.graceMs ?? defaultGraceMs;
  let child = spawn(plan);
  try {
    await served(child, { plan, signal, startMs });
  } catch (error) {
    await end(child, graceMs);
    throw error;
  }

  async function supervise(): Promise<void> {
    let pauseMs = firstPauseMs;
    let startedAt = performance.now();
    for (;;) {
      const { code, signal: by } = await child.status;
      await closeInput(child);
      if (stopping.signal.aborted) return;
      if (performance.now() - startedAt > steadyMs) pauseMs = firstPauseMs;
      logger.warn("A process ended, starting it again", { process: plan.name, code, by, pauseMs });
      do {
        await time.pause(pauseMs, { signal: stopping.signal });
        if (stopping.signal.aborted) return;
        pauseMs = Math.min(2 * pauseMs, longestPauseMs);
        startedAt = performance.now();
      } while (!spawnsAgain());
    }
  }
  /** False: the machine has no room for it now. */
  function spawnsAgain(): boolean {
    try {
      child = spawn(plan);
      return true;
    } catch (error) {
      logger.error("A process cannot be started, trying again", { process: plan.name, error });
      return false;
    }
  }
  const supervised = supervise();
  return {
    name: plan.name,
    get pid() {
      return child.pid;
    },
    async killOnce() {
      const { pid } = child;
      child.kill("SIGKILL");
      while (!stopping.signal.aborted && (child.pid === pid || !await plan.isReady())) {
        await time.pause(readyPauseMs, { signal: stopping.signal });
      }
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await end(child, graceMs);
      await supervised;
    },
  };
}

/** What Deno itself goes by, above all to find its cache; of our environment nothing else is passed on. */
const variablesOfDeno = [
  "DENO_DIR",
  // How large a heap may grow, and with it the caches
  "DENO_V8_FLAGS",
  "HOME",
  "LOCALAPPDATA",
  "NO_COLOR",
  "SystemRoot",
  "USERPROFILE",
  "XDG_CACHE_HOME",
];

function spawn({ args, env }: ProcessPlan): Deno.ChildProcess {
  const passedOn = variablesOfDeno.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { ...Object.fromEntries(passedOn), ...env },
    clearEnv: true,
    stdin: "piped",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
}

async function served(
  child: Deno.ChildProcess,
  { plan, signal, startMs }: {
    readonly plan: ProcessPlan;
    readonly signal: AbortSignal | undefined;
    readonly startMs: number;
  },
): Promise<void> {
  const startedAt = performance.now();
  let ended: Deno.CommandStatus | undefined;
  child.status.then((status) => ended = status);
  for (;;) {
    const isReady = await plan.isReady();
    signal?.throwIfAborted();
    if (ended) {
      // A Ctrl-C on a terminal may reach it before us
      await time.pause(readyPauseMs, { signal });
      signal?.throwIfAborted();
      throw new Error(`Cannot start process "${plan.name}": it ended with code ${ended.code}`);
    }
    // Not before it was seen to run: somebody else may answer on its port
    if (isReady) return;
    if (performance.now() - startedAt > startMs) {
      throw new Error(`Cannot start process "${plan.name}": it did not serve in ${startMs} ms`);
    }
    await time.pause(readyPauseMs, { signal });
  }
}

async function closeInput({ stdin }: Deno.ChildProcess): Promise<void> {
  await stdin.close().catch(() => {/* It is closed already, or its reader is gone */});
}

/** Closing its input asks it to stop. */
async function end(child: Deno.ChildProcess, graceMs: number): Promise<void> {
  await closeInput(child);
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await child.status;
  clearTimeout(timer);
}
