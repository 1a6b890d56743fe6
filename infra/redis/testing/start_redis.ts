import { eventually } from "@headwater/testing";
import assert from "node:assert/strict";
import { delimiter, join } from "node:path";

/** A real server, of its own. */
export type TestRedis = AsyncDisposable & {
  readonly url: string;
  /** Hangs up on everybody; what it had is lost. */
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  /** It goes on listening, and answers nobody. */
  pause(): void;
  resume(): void;
  /** What it answers to a command of inline form, up to the end of the line. */
  say(command: string): Promise<string>;
};

const program = "redis-server";

/** False where the distribution's package is not there. */
export const isRedisInstalled: boolean = (Deno.env.get("PATH") ?? "").split(delimiter)
  .some((folder) => isThere(join(folder, program)));

/** Starts the distribution's Redis on a free port, with its files in a folder that goes with it. */
export async function startRedis(...settings: readonly string[]): Promise<TestRedis> {
  await using starting = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "headwater-redis-" });
  starting.defer(() => Deno.remove(directory, { recursive: true }));
  const port = freePort();
  let child: Deno.ChildProcess | undefined;

  async function stop(): Promise<void> {
    // Also one that is paused
    child?.kill("SIGKILL");
    await child?.status;
    child = undefined;
  }
  async function say(command: string): Promise<string> {
    using connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(new TextEncoder().encode(`${command}\r\n`));
    const answer = new Uint8Array(4_096);
    const length = await connection.read(answer) ?? 0;
    return new TextDecoder().decode(answer.subarray(0, length)).split("\r\n")[0] ?? "";
  }
  async function start(): Promise<void> {
    assert.equal(child, undefined);
    child = new Deno.Command(program, {
      args: ["--bind", "127.0.0.1", "--port", String(port), "--save", "", ...settings],
      cwd: directory,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    await eventually("Redis", async () => await say("PING").catch(() => "") !== "");
  }
  starting.defer(stop);
  await start();
  const started = starting.move();
  return {
    url: `redis://127.0.0.1:${port}`,
    ...{ start, stop, say },
    pause: () => child?.kill("SIGSTOP"),
    resume: () => child?.kill("SIGCONT"),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
