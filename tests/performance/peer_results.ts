import { fileURLToPath } from "node:url";
import { startEmbeddedPostgres } from "@headwater/postgres";
import { silentLog } from "@headwater/core";
import type { CaseResult } from "./benchmark.ts";

type PeerOutput = {
  readonly results: readonly {
    readonly case: string;
    /** Where a case has several figures. */
    readonly unit?: string;
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
  const folder = fileURLToPath(new URL("./peers/", import.meta.url));
  const inFolder = ["task", "--quiet", "--cwd", folder];
  const installed = await runDeno([...inFolder, "prepare"], { cwd: folder, stderr: "piped" });
  if (!installed.success) {
    say(`All rivals are left out, they cannot be installed here: ${reasonIn(installed.said)}`);
    return [...results];
  }
  const built = await runDeno([...inFolder, "build"], { cwd: folder, stderr: "piped" });
  if (!built.success) {
    say(`Rivals with a native module may be left out, it was not built: ${reasonIn(built.said)}`);
  }
  const directory = await Deno.makeTempDir({ prefix: "headwater-peers-" });
  try {
    // It waits for the disk, as whoever keeps a log in PostgreSQL wants it to.
    await using postgres = await startEmbeddedPostgres({
      directory: `${directory}/postgres`,
      logger: silentLog,
    });
    const args = ["--allow-all", "--config", `${folder}deno.json`, `${folder}${name}_peers.ts`];
    const measured = await runDeno(["run", ...args], {
      cwd: folder,
      env: { PEERS_DATABASE_URL: postgres.url },
      stderr: "inherit",
    });
    if (!measured.success) {
      throw new Error(`Cannot measure the rivals: "deno run ${args.join(" ")}" failed`);
    }
    const output = JSON.parse(measured.printed) as PeerOutput;
    return results.map((result) => {
      const found = output.results.find((one) =>
        one.case === result.case && (one.unit === undefined || one.unit === result.unit)
      );
      return found ? { ...result, peers: { ...result.peers, ...found.peers } } : result;
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
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
