import { type Log, time } from "@headwater/core";
import { type Postmaster, serverSettings, StartFailed } from "./cluster.ts";
import type { ClusterPlace } from "./cluster_place.ts";
import { release, spawnShell } from "./shell.ts";

/**
 * The shell turns into the postmaster, so that the child we know is the postmaster itself. What watches for our end is
 * left behind before that and is no child of it: a postmaster takes the exit of an unknown child for a crash.
 */
const run = `
program=$1 data=$2; shift 2
exec 3<&0
( ( read -r _ <&3 || kill -INT "$$" ) >/dev/null 2>&1 & )
echo "$PPID" >"$data/owner" || exit
exec 3<&- </dev/null
exec env -i PATH="$PATH" "$program" -D "$data" "$@"
`;

export type PostmasterOptions = {
  readonly binaries: string;
  readonly place: ClusterPlace;
  readonly port: number;
  readonly durable: boolean;
  readonly logger: Log;
};

/** Starts a postmaster and waits until it accepts connections. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { binaries, place, port, durable, logger } = options;
  const child = spawnShell(run, {
    args: [
      `${binaries}/postgres`,
      `${place.directory}/data`,
      ...serverSettings(port, durable).flatMap((setting) => ["-c", setting]),
    ],
    user: place.user,
  });
  const input = child.stdin.getWriter();
  const ready = Promise.withResolvers<boolean>();
  const said: string[] = [];
  // Whoever asks for a database that is gone asks several times a second
  const isNews = time.onceEvery(60_000);
  let isStopping = false;

  async function follow(): Promise<void> {
    for await (const line of linesOf(child.stderr)) {
      if (line.includes("database system is ready to accept connections")) ready.resolve(true);
      // A backend that has not noticed yet that its client has gone; we have asked for it.
      const isFarewell = isStopping && /^FATAL:\s+terminating connection/.test(line);
      const isTrouble = /^(FATAL|PANIC):/.test(line) && !isFarewell;
      logger[isTrouble && isNews(line) ? "warn" : "debug"]("PostgreSQL reports", { line });
      said.push(line);
      if (said.length > 10) said.shift();
    }
  }

  async function end(): Promise<string> {
    const [{ code, signal }] = await Promise.all([child.status, follow(), child.stdout.cancel()]);
    await release(input);
    ready.resolve(false);
    return signal === null ? `code ${code}` : signal;
  }

  const exited = end();
  if (!await ready.promise) throw new StartFailed(place.directory, said);

  return {
    pid: child.pid,
    exited,
    async stop() {
      isStopping = true;
      // With a checkpoint; without one, which the next start makes good; and as a crash would
      for (const [signal, patience] of [["SIGINT", 1_500], ["SIGQUIT", 1_000]] as const) {
        killUnlessEnded(child, signal);
        if (await within(exited, patience)) return;
      }
      killUnlessEnded(child, "SIGKILL");
      await exited;
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

function killUnlessEnded(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    const ended = error instanceof TypeError || error instanceof Deno.errors.NotFound;
    if (!ended) throw error;
  }
}

async function within(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(resolve, milliseconds, false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
