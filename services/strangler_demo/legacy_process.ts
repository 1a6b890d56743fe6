/** The shop that was there before, in a process of its own. */
export type LegacyProcess = AsyncDisposable & {
  readonly url: string;
  readonly pid: number;
  /** Switches it off. */
  stop(): Promise<void>;
};

/** Starts it with its file in this directory, on a free port. `pauseMs`: what its machine takes over each answer. */
export async function startLegacyShop(
  { directory, pauseMs }: { readonly directory: string; readonly pauseMs: number },
): Promise<LegacyProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--allow-net=127.0.0.1",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
      import.meta.resolve("@shop/legacy-shop"),
      ...["--port", "0", "--data", `${directory}/legacy_shop.db`, "--pause-ms", String(pauseMs)],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let isOver = false;
  async function stop(): Promise<void> {
    if (isOver) return;
    isOver = true;
    child.kill("SIGTERM");
    await child.status;
    await child.stdout.cancel().catch(() => {});
  }
  const url = await firstLine(child.stdout);
  if (url === undefined) {
    await child.status;
    throw new Error("Cannot start the old shop: it ended, and said nothing of where it is");
  }
  return { url, pid: child.pid, stop, [Symbol.asyncDispose]: stop };
}

/** Undefined: it ends before there is one. What comes later is nobody's concern. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (!text.includes("\n")) {
      const { value, done } = await reader.read();
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
    return text.split("\n")[0];
  } finally {
    reader.releaseLock();
  }
}
