import { within } from "@headwater/testing";
import { fileURLToPath } from "node:url";

export type EventStoreProcess = AsyncDisposable & {
  readonly port: number;
  /** With SIGKILL: nothing is written or said any more. */
  kill(): Promise<void>;
  /** On the same data and port. */
  start(): Promise<void>;
};

const script = fileURLToPath(new URL("./event_store_child.ts", import.meta.url));
const config = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Runs the embedded event store as a process of its own, on a file that is removed in the end. */
export async function startEventStoreProcess(): Promise<EventStoreProcess> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-event-store-" });
  let port = 0;
  let child: Deno.ChildProcess | undefined;

  async function start(): Promise<void> {
    child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        "--no-check",
        `--config=${config}`,
        "--allow-net=127.0.0.1",
        "--allow-env",
        `--allow-read=${folder}`,
        `--allow-write=${folder}`,
        script,
        `${folder}/events.sqlite`,
        String(port),
      ],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    port = await within("the event store to be ready", readyPort(child.stdout));
  }

  async function kill(): Promise<void> {
    child?.kill("SIGKILL");
    await within("the event store to end", Promise.resolve(child?.status));
    child = undefined;
  }

  await start();
  return {
    get port() {
      return port;
    },
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function readyPort(stdout: ReadableStream<Uint8Array>): Promise<number> {
  let said = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    const port = said.match(/ready on (\d+)\n/)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`Cannot start the event store: it said "${said}"`);
}
