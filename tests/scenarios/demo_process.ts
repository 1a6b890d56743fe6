import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { root } from "../architecture/place.ts";

/** `deno task demo`, or another demo, with a folder of its own for what it leaves behind. */
export async function startDemo(
  args: readonly string[] = [],
  { task = "demo", env = {} }: {
    readonly task?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
) {
  const temporary = await Deno.makeTempDir({ prefix: "headwater-demo-test-" });
  // PostgreSQL runs as another user where we are root
  await Deno.chmod(temporary, 0o711);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", task, ...args],
    cwd: root,
    env: { EVENTSTORE_URL: "", DATABASE_URL: "", ...env, TMPDIR: temporary },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stdout = "";
  let stderr = "";
  const waiting: (() => void)[] = [];
  const reading = Promise.all([
    read(child.stdout, (text) => {
      stdout += text;
      for (const look of waiting) look();
    }),
    read(child.stderr, (text) => stderr += text),
  ]);

  let isOver = false;
  const ending = Promise.all([child.status, reading]).finally(() => isOver = true);
  /** A whole demo, where four others use the machine. */
  const longest = { ms: 240_000 };
  const over = () => within(() => `the demo to end: ${stdout}${stderr}`, ending, longest);

  return {
    async ended() {
      const [{ code }] = await over();
      return { code, stdout, stderr };
    },
    async printed(text: string): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(() => stdout.includes(text) && resolve());
      if (stdout.includes(text)) resolve();
      const gone = reading.then(() => assert.fail(`It ended without "${text}": ${stderr}`));
      await within(`the demo to say "${text}"`, Promise.race([promise, gone]), longest);
      // It is no failure when it ends after that
      gone.catch(() => {});
    },
    interrupt: () => child.kill("SIGINT"),
    async leftovers() {
      const files = await Array.fromAsync(Deno.readDir(temporary), ({ name }) => name);
      const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
      const processes = new TextDecoder().decode(stdout).split("\n")
        .filter((line) => line.includes(temporary));
      return [...files, ...processes];
    },
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill("SIGTERM");
      await over();
      await Deno.remove(temporary, { recursive: true });
    },
  };
}

async function read(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}
