import { fileURLToPath } from "node:url";

export type StoreProcess = AsyncDisposable & {
  readonly pid: number;
  /** For the client: `esdb://…`. */
  readonly connectionString: string;
  /** What the server tells of itself. */
  stats(): Promise<StoreStats>;
};

export type StoreStats = {
  /** How many events it has, its own ones included. */
  readonly head: number;
  /** Resident memory in MB. */
  readonly memory: number;
  /** What the process has taken of the processors since it started, in µs. */
  readonly cpu: number;
};

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The embedded event store as `deno task eventstore` runs it: on disk, in the folder of a log that there is, else in one
 * that is removed in the end.
 */
export function startEmbeddedStore(place?: string): Promise<StoreProcess> {
  const startIn = (folder: string) =>
    start([
      `--allow-write=${folder}`,
      `${root}infra/event_store/bin.ts`,
      "--supervised",
      "--port=0",
      "--log-level=error",
      `--data=${folder}`,
    ]);
  return place === undefined ? inFolder(startIn) : startIn(place);
}

/** A server on the same transport that keeps nothing. */
export function startStubStore(): Promise<StoreProcess> {
  return start([`${root}tests/performance/stub_store.ts`]);
}

/** The same, but what it is sent is on disk before it is acknowledged. */
export function startStubStoreOnDisk(): Promise<StoreProcess> {
  return inFolder((folder) =>
    start([`--allow-write=${folder}`, `${root}tests/performance/stub_store.ts`, `${folder}/sent`])
  );
}

/** A folder of its own for a process, removed after it. */
async function inFolder(run: (folder: string) => Promise<StoreProcess>): Promise<StoreProcess> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-bench-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    const store = await run(folder);
    return {
      ...store,
      async [Symbol.asyncDispose]() {
        await store[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Runs until it is disposed of, or this process ends: then its standard input closes. */
async function start(args: readonly string[]): Promise<StoreProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      `--config=${root}deno.json`,
      "--allow-net=127.0.0.1",
      "--allow-env",
      "--allow-read",
      ...args,
    ],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output = Promise.withResolvers<string>();
  // To the end: a process that nobody listens to may stop
  const ended = listen(child.stdout, output);
  const connectionString = await output.promise;
  const { host } = new URL(connectionString);
  return {
    pid: child.pid,
    connectionString,
    async stats() {
      const { proc, es } = await (await fetch(`http://${host}/stats`)).json();
      const { head } = es;
      return { head: Number(head), memory: Number(proc.mem) / 1e6, cpu: Number(proc.cpuMicros) };
    },
    async [Symbol.asyncDispose]() {
      const tooLong = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await child.stdin.close();
      await Promise.all([child.status, ended]);
      clearTimeout(tooLong);
    },
  };
}

/** Resolves `output` with the first connection string. */
async function listen(
  stdout: ReadableStream<Uint8Array>,
  output: PromiseWithResolvers<string>,
): Promise<void> {
  let said = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    const connectionString = said.match(/esdb:\/\/[^\s]+(?=\s)/)?.[0];
    if (connectionString) output.resolve(connectionString);
  }
  output.reject(new Error(`Cannot start the event store: it said "${said}"`));
}
