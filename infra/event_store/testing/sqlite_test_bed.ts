import { fileURLToPath } from "node:url";
import type { EventLog, Recorded } from "@headwater/core";
import type { DiskFlushOptions } from "../log/disk_flush.ts";

/** Runs `test` with the path of a log in a folder that is removed afterwards. */
export async function withFile(test: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-sqlite-" });
  try {
    await test(`${folder}/events.db`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A disk that is slow each time, so that soon a thread waits for it. */
export function slowDisk(): Pick<DiskFlushOptions, "now"> {
  let ms = 0;
  return { now: () => ms += 10 };
}

export async function readEverything(log: EventLog): Promise<Recorded[]> {
  const events: Recorded[] = [];
  for await (const page of log.readAll()) events.push(...page);
  return events;
}

/** Starts another process that appends to the log, on a `slow` disk or as it is, and gives the lines it prints until `enough` of them came. */
export async function appendElsewhere(
  path: string,
  { enough, disk = "" }: { readonly enough: number; readonly disk?: "slow" | "" },
): Promise<{ lines: string[]; kill: () => Promise<string[]> }> {
  const script = fileURLToPath(new URL("./append_until_killed.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-read", "--allow-write", script, path, disk],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\n").length <= enough) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot append elsewhere: the process ended: ${await said}`);
    text += value;
  }
  async function kill(): Promise<string[]> {
    child.kill("SIGKILL");
    for (let part = await reader.read(); !part.done; part = await reader.read()) text += part.value;
    await Promise.all([child.status, said]);
    return wholeLines(text);
  }
  return { lines: wholeLines(text), kill };
}

function wholeLines(text: string): string[] {
  return text.split("\n").slice(0, -1);
}
