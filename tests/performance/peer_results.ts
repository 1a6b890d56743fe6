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
  const folder = fileURLToPath(new URL("./peers/", import.meta.url));
  await runDeno(["task", "--quiet", "--cwd", folder, "prepare"], { cwd: folder });
  const directory = await Deno.makeTempDir({ prefix: "headwater-peers-" });
  try {
    // It waits for the disk, as whoever keeps a log in PostgreSQL wants it to.
    await using postgres = await startEmbeddedPostgres({
      directory: `${directory}/postgres`,
      logger: silentLog,
    });
    const output = JSON.parse(
      await runDeno(
        ["run", "--allow-all", "--config", `${folder}deno.json`, `${folder}${name}_peers.ts`],
        { cwd: folder, env: { PEERS_DATABASE_URL: postgres.url } },
      ),
    ) as PeerOutput;
    const peersByCase = new Map(output.results.map((result) => [result.case, result.peers]));
    return results.map((result) => {
      const peers = peersByCase.get(result.case);
      return peers ? { ...result, peers: { ...result.peers, ...peers } } : result;
    });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Gives what it printed; what it reports meanwhile is passed on. */
async function runDeno(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string> },
): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    ...options,
    args: [...args],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure the rivals: "deno ${args.join(" ")}" failed`);
  return new TextDecoder().decode(stdout);
}
