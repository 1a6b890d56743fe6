import { fileURLToPath } from "node:url";
import { startEmbeddedPostgres } from "@headwater/postgres";
import { silentLog } from "@headwater/core";
import type { CaseResult } from "./benchmark.ts";

type PeerOutput = {
  readonly results: readonly {
    readonly case: string;
    readonly peers: Readonly<Record<string, number>>;
  }[];
};

/**
 * Runs the rivals of a benchmark, `peers/NAME_peers.ts`, in a process of their own: they have their own
 * dependencies and lock file. Adds what they print to the results of the same case.
 */
export async function withPeers(
  name: string,
  results: readonly CaseResult[],
): Promise<CaseResult[]> {
  if (!await installPeers()) return [...results];
  await using postgres = await startPeersPostgres();
  const args = [
    "--allow-all",
    "--config",
    `${peersFolder}deno.json`,
    `${peersFolder}${name}_peers.ts`,
  ];
  const measured = await runDeno(["run", ...args], {
    cwd: peersFolder,
    env: { PEERS_DATABASE_URL: postgres.url },
    stderr: "inherit",
  });
  if (!measured.success) {
    throw new Error(`Cannot measure the rivals: "deno run ${args.join(" ")}" failed`);
  }
  const output = JSON.parse(measured.printed) as PeerOutput;
  const peersByCase = new Map(output.results.map((result) => [result.case, result.peers]));
  return results.map((result) => {
    const peers = peersByCase.get(result.case);
    return peers ? { ...result, peers: { ...result.peers, ...peers } } : result;
  });
}

/** Where the rivals are, with dependencies of their own. */
export const peersFolder = fileURLToPath(new URL("./peers/", import.meta.url));

/** False, with a word of why, where they cannot be installed. */
export async function installPeers(): Promise<boolean> {
  const inFolder = ["task", "--quiet", "--cwd", peersFolder];
  const installed = await runDeno([...inFolder, "prepare"], { cwd: peersFolder, stderr: "piped" });
  if (!installed.success) {
    say(`All rivals are left out, they cannot be installed here: ${reasonIn(installed.said)}`);
    return false;
  }
  const built = await runDeno([...inFolder, "build"], { cwd: peersFolder, stderr: "piped" });
  if (!built.success) {
    say(`Rivals with a native module may be left out, it was not built: ${reasonIn(built.said)}`);
  }
  return true;
}

/** Waits for the disk, as whoever keeps a log in PostgreSQL wants it to. */
export async function startPeersPostgres(): Promise<AsyncDisposable & { readonly url: string }> {
  await using starting = new AsyncDisposableStack();
  const directory = await Deno.makeTempDir({ prefix: "headwater-peers-" });
  starting.defer(() => Deno.remove(directory, { recursive: true }));
  const postgres = starting.use(
    await startEmbeddedPostgres({ directory: `${directory}/postgres`, logger: silentLog }),
  );
  const started = starting.move();
  return { url: postgres.url, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

type Run = { readonly success: boolean; readonly printed: string; readonly said: string };

/** What it reports is passed on, or `said` in the end. */
async function runDeno(
  args: readonly string[],
  { cwd, env, stderr }: {
    readonly cwd: string;
    readonly env?: Record<string, string>;
    readonly stderr: "inherit" | "piped";
  },
): Promise<Run> {
  const output = await new Deno.Command(Deno.execPath(), {
    cwd,
    env: { ...env, NO_COLOR: "1" },
    args: [...args],
    stdin: "null",
    stderr,
  }).output();
  const decoder = new TextDecoder();
  return {
    success: output.success,
    printed: decoder.decode(output.stdout),
    said: stderr === "piped" ? decoder.decode(output.stderr) : "",
  };
}

/** The line of an installer's report that says most. */
function reasonIn(said: string): string {
  const lines = said.split("\n").map((line) => line.trim());
  return lines.find((line) => /^error: /.test(line)) ?? lines.findLast((line) => line !== "") ?? "";
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}
