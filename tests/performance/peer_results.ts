import { fileURLToPath } from "node:url";
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
  const file = `${folder}${name}_peers.ts`;
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--config", `${folder}deno.json`, file, "--json"],
    cwd: folder,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure the rivals of "${name}": "${file}" failed`);
  const output = JSON.parse(new TextDecoder().decode(stdout)) as PeerOutput;
  const peersByCase = new Map(output.results.map((result) => [result.case, result.peers]));
  return results.map((result) => {
    const peers = peersByCase.get(result.case);
    return peers ? { ...result, peers } : result;
  });
}
