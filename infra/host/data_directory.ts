import { join, resolve } from "node:path";
import { z } from "zod";

/**
 * Who uses a data directory, and where it can be reached.
 * @internal
 */
export type Running = {
  readonly pid: number;
  readonly startedAt: string;
  /** By what is found there: `gateway`, `postgres`, `eventStore` or `readings` of a log that nobody else can open. */
  readonly urls: Readonly<Record<string, string>>;
};

const runningSchema: z.ZodType<Running> = z.object({
  pid: z.int(),
  startedAt: z.string(),
  urls: z.record(z.string(), z.string()),
});

export type DataDirectory = AsyncDisposable & {
  /** Absolute. */
  readonly path: string;
  /** Tells others where we can be reached; again whenever that changes. */
  announce(urls: Readonly<Record<string, string>>): Promise<void>;
};

/** Another process has the directory. */
export class DataDirectoryInUse extends Error {
  override readonly name = "DataDirectoryInUse";

  constructor(
    readonly path: string,
    /** Undefined for a moment, while that process starts. */
    readonly running: Running | undefined,
  ) {
    const url = running?.urls.gateway ?? running?.urls.eventStore;
    super(
      `Cannot use data directory "${path}": ${
        running
          ? `process ${running.pid} uses it${url ? `, at ${url}` : " and is starting"}`
          : "another process uses it"
      }`,
    );
  }
}

/**
 * Makes the directory if need be and takes it for this process until it is disposed or the process ends, however it
 * ends: the system then lets go of the lock. Throws `DataDirectoryInUse` when another process has it.
 */
export async function openDataDirectory(directory: string): Promise<DataDirectory> {
  const path = resolve(directory);
  const lock = await openLock(path);
  if (!await takeLock(lock)) {
    lock.close();
    throw new DataDirectoryInUse(path, await readRunning(path));
  }

  async function announce(urls: Readonly<Record<string, string>>): Promise<void> {
    const running: Running = { pid: Deno.pid, startedAt, urls };
    // Renamed into place, so that a reader never sees half of it; the password of PostgreSQL may be in it
    const temporary = join(path, "running.json.new");
    await Deno.writeTextFile(temporary, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
    await Deno.rename(temporary, join(path, "running.json"));
  }

  const startedAt = new Date().toISOString();
  try {
    await announce({});
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    path,
    announce,
    async [Symbol.asyncDispose]() {
      using _released = lock;
      await Deno.remove(join(path, "running.json")).catch(ignoreNotFound);
    },
  };
}

/** Who has the directory at the moment; undefined when nobody has. What a killed process left does not count. */
export async function describeRunning(directory: string): Promise<Running | undefined> {
  const path = resolve(directory);
  let lock: Deno.FsFile;
  try {
    lock = await Deno.open(join(path, "lock"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  using held = lock;
  // Shared: those who only ask do not get in each other's way
  return await held.tryLock(false) ? undefined : await readRunning(path);
}

async function openLock(path: string): Promise<Deno.FsFile> {
  try {
    await makeFolder(path);
    return await Deno.open(join(path, "lock"), { create: true, read: true, write: true });
  } catch (error) {
    throw new Error(`Cannot use data directory "${path}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** For its owner alone. One that is there is left as it is: somebody has chosen it. */
async function makeFolder(path: string): Promise<void> {
  if (await Deno.stat(path).catch(ignoreNotFound)) return;
  // Where we are root PostgreSQL runs as another user, who has to pass through and can list nothing
  await Deno.mkdir(path, { recursive: true, mode: 0o711 });
  const { uid } = await Deno.stat(path);
  if (uid !== null && uid !== 0) await Deno.chmod(path, 0o700);
}

/** More than one try: somebody who only asks has the lock for a moment. */
async function takeLock(lock: Deno.FsFile): Promise<boolean> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    if (await lock.tryLock(true)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

/** Nobody has made it yet, or somebody deleted it under our feet. */
function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

async function readRunning(path: string): Promise<Running | undefined> {
  try {
    return runningSchema.parse(JSON.parse(await Deno.readTextFile(join(path, "running.json"))));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
