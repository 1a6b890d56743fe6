import assert from "node:assert/strict";
import { describeRunning, environmentVariables } from "@headwater/host";
import { within } from "@headwater/testing";
import { shop } from "@shop/app";
import { root } from "../architecture/place.ts";

export type DevEnd = {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** `deno task dev`, as people start it, in processes of its own. Disposing kills it if need be. */
export type DevProcess = AsyncDisposable & {
  /** Resolves when it serves; rejects when it ends before that. */
  ready(): Promise<RunningDev>;
  /** Of `--split`, once it serves: the processes of the shop as they were started, by name. */
  processes(): ReadonlyMap<string, number>;
  /** Ctrl-C, as a terminal does it: to the task and to what it runs, at the same time. */
  interrupt(signal?: Deno.Signal): void;
  /** Interrupts it: it must end soon and well. */
  stop(signal?: Deno.Signal): Promise<void>;
  ended(): Promise<DevEnd>;
  readonly isOver: boolean;
};

export type RunningDev = {
  /** Of the process that is the shop; the task is another one. */
  readonly pid: number;
  readonly url: string;
  /** kill -9. */
  kill(): Promise<void>;
};

/** In milliseconds: twice what people are promised, who do not run three shops at once. */
const longestStop = 10_000;

/** How it is started. */
export type DevOptions = {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs the command line it is given. */
  readonly within?: readonly string[];
  /** Of whose repository; default: this one. */
  readonly cwd?: string | URL;
  /** What runs in the place of `services/main.ts`. */
  readonly main?: string;
  /** Takes lines of standard error that are for nobody else: true where one was. */
  hears?(line: string): boolean;
};

export function startDev(
  directory: string,
  { args: options = [], env = {}, within: wrapper = [], cwd = root, main, hears = () => false }:
    DevOptions = {},
): DevProcess {
  const [command = "", ...args] = [
    ...wrapper,
    Deno.execPath(),
    ...main === undefined ? ["task", "--quiet", "dev"] : taskWith(main),
    ...options,
  ];
  const child = new Deno.Command(command, {
    args,
    cwd,
    env: {
      // Whatever servers are set for other tests: here it runs on what is embedded
      ...Object.fromEntries(environmentVariables(shop).map((name) => [name, ""])),
      PORT: "0",
      LOG_LEVEL: "warn",
      DATA_DIR: directory,
      HEALTH_EVERY_MS: "200",
      ...env,
    },
    // A process group, like a job of a shell
    detached: true,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { promise: greeted, resolve: greet } = Promise.withResolvers<void>();
  let stdout = "";
  let stderr = "";
  const said = Promise.all([
    read(child.stdout, (line) => {
      stdout += line;
      // The last thing it says before it waits
      if (line.includes("/timeline")) greet();
    }),
    read(child.stderr, (line) => {
      if (!hears(line)) stderr += line;
    }),
  ]);
  let isOver = false;
  const ending = Promise.all([child.status, said]).then(([{ code }]) => {
    isOver = true;
    greet();
    return code;
  });
  const over = () => within(() => `dev to end: ${stdout}${stderr}`, ending);

  function interrupt(signal: Deno.Signal = "SIGINT"): void {
    Deno.kill(-child.pid, signal);
  }
  async function ended(): Promise<DevEnd> {
    const code = await over();
    return { code, stdout, stderr };
  }

  return {
    async ready() {
      await within(() => `dev to serve: ${stdout}${stderr}`, greeted);
      assert.ok(!isOver, `dev ended: ${stdout}${stderr}`);
      const running = await describeRunning(directory);
      assert.ok(running?.urls.gateway);
      return {
        pid: running.pid,
        url: running.urls.gateway,
        async kill() {
          Deno.kill(running.pid, "SIGKILL");
          await over();
        },
      };
    },
    processes: () =>
      new Map(
        stdout.matchAll(/^ {2}(\w+) +process (\d+)$/gm).map((
          [, name = "", pid],
        ) => [name, Number(pid)]),
      ),
    interrupt,
    get isOver() {
      return isOver;
    },
    async stop(signal) {
      const askedAt = performance.now();
      interrupt(signal);
      const code = await over();
      const ms = Math.round(performance.now() - askedAt);
      assert.equal(code, 0, stderr);
      assert.ok(ms < longestStop, `dev stopped after ${ms} ms`);
      assert.equal(await describeRunning(directory), undefined);
    },
    ended,
    async [Symbol.asyncDispose]() {
      if (!isOver) interrupt("SIGKILL");
      await over();
    },
  };
}

/** What the task `dev` does, with another module. */
function taskWith(main: string): readonly string[] {
  const permissions = ["--allow-env", "--allow-run"];
  return ["run", "--quiet", ...permissions, "infra/host/launch.ts", "dev", main, "dev"];
}

/** Line by line, each with its end where it has one. */
async function read(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/(?<=\n)/);
    rest = lines.at(-1)?.endsWith("\n") ? "" : lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  if (rest !== "") take(rest);
}
