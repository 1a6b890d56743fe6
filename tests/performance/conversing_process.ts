import { fileURLToPath } from "node:url";
import { jsonLines } from "./json_lines.ts";

/** Runs until it is disposed of, or this process ends: then its standard input closes. */
export type ConversingProcess = AsyncDisposable & {
  readonly pid: number;
  /** What it says next: a line of JSON. Errors: it has ended. */
  heard(): Promise<unknown>;
  /** Sends a line. */
  say(value: unknown): Promise<void>;
};

export type ProcessOptions = {
  /** Of `deno run`: permissions, the module, its arguments. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Another program than Deno. */
  readonly program?: string;
  /** The core that it keeps to, counted from 0; default: any. */
  readonly core?: number | undefined;
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const longestEndMs = 10_000;

/** Starts it. What it reports goes where our own reports go. */
export function startConversing(
  { args, env = {}, program, core }: ProcessOptions,
): ConversingProcess {
  const command = program === undefined
    ? [Deno.execPath(), "run", "--no-prompt", "--no-check", `--config=${root}deno.json`, ...args]
    : [program, ...args];
  const [first = "", ...rest] = core === undefined
    ? command
    : ["taskset", "--cpu-list", String(core), ...command];
  const child = new Deno.Command(first, {
    args: rest,
    cwd: root,
    env,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const asking = child.stdin.getWriter();
  const said = jsonLines(child.stdout);
  return {
    pid: child.pid,
    async heard() {
      const { done, value } = await said.next();
      if (done) throw new Error(`Cannot hear of "${args.at(-1)}" any more: it has ended`);
      return value;
    },
    async say(value) {
      await asking.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
    },
    async [Symbol.asyncDispose]() {
      const tooLong = setTimeout(() => child.kill("SIGKILL"), longestEndMs);
      await asking.close().catch(() => {/* It has ended already. */});
      await child.status;
      clearTimeout(tooLong);
      await said.return();
    },
  };
}

/** For the process itself. */
export function tell(value: unknown): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
}

/** … resolves when whoever started it ends it. */
export async function untilEnded(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
}
