import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { npmVersions } from "./members.ts";
import { pack } from "./pack.ts";

/** The one that is installed, if it will do; otherwise those that npm has. */
const installed = await nodeVersion();
const versions = installed !== undefined && installed >= 22 ? [] : [22, 24];
const limitMs = 120_000;

const registry = await npm(["ping"], Deno.cwd());
const why = registry === undefined
  ? "npm is not installed"
  : "the registry of npm cannot be reached";

Deno.test({
  name: registry?.success
    ? "the packed event store runs on plain Node: in memory, durable, with groups, as a command"
    : `the packed event store on plain Node is left out: ${why}`,
  ignore: !registry?.success,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "headwater-on-node-" });
    try {
      const tarballs = await pack(join(folder, "packs"), ["@headwater/event-store"]);
      const client = `@eventstore/db-client@${(await npmVersions()).get("@eventstore/db-client")}`;
      await install(folder, [...tarballs.values(), client, ...versions.map(nodePackage)]);
      await Deno.copyFile(
        new URL("drive_event_store.ts", import.meta.url),
        join(folder, "drive.ts"),
      );
      const nodes = versions.map((version) =>
        join(folder, "node_modules", `node-${version}`, "bin", "node")
      );
      for (const [index, node] of (nodes.length > 0 ? nodes : ["node"]).entries()) {
        const data = join(folder, `data-${index}`);
        const { said, seen } = await drive(folder, { node, args: ["drive.ts", data] });
        assert.deepEqual(seen, {
          inMemory: { read: 3, projected: 3 },
          durable: { read: 20_000 },
          sharedAmongConsumers: {
            before: [0, 1, 2, 3],
            after: [4, 5, 6, 7, 8, 9],
            acknowledged: true,
          },
          asCommand: {
            read: 20,
            refused: { code: 1, text: seen.asCommand.refused.text },
            supervised: 0,
            terminated: 0,
          },
          asLog: { read: 1 },
        }, said);
        assert.match(
          seen.asCommand.refused.text,
          /^Cannot use data directory ".*command": process \d+ uses it, at esdb:\/\/127\.0\.0\.1:\d+\?tls=false$/,
        );
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** The line that is installed, 22 for example; undefined: none. */
async function nodeVersion(): Promise<number | undefined> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
    return Number(new TextDecoder().decode(stdout).match(/^v(\d+)/)?.[1]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Node itself, of the newest version of a line, as npm has it for this kind of machine. */
function nodePackage(version: number): string {
  return `node-${version}@npm:node-${process.platform}-${process.arch}@${version}`;
}

async function install(folder: string, packages: readonly string[]): Promise<void> {
  await Deno.writeTextFile(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const installed = await npm(
    ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", ...packages],
    folder,
  );
  if (!installed?.success) throw new Error(`Cannot install the tarball: ${installed?.text}`);
}

async function drive(
  folder: string,
  { node, args }: { readonly node: string; readonly args: readonly string[] },
) {
  const { stdout, stderr } = await new Deno.Command(node, {
    args: [...args],
    cwd: folder,
    signal: AbortSignal.timeout(limitMs),
  }).output();
  const said = new TextDecoder().decode(stderr);
  const text = new TextDecoder().decode(stdout);
  assert.notEqual(text, "", `It ended without a word, or took more than ${limitMs} ms: ${said}`);
  return { said, seen: JSON.parse(text) };
}

/** Undefined: there is no npm. */
async function npm(
  args: readonly string[],
  cwd: string,
): Promise<{ readonly success: boolean; readonly text: string } | undefined> {
  try {
    const { success, stderr } = await new Deno.Command("npm", {
      args: [...args],
      cwd,
      stdout: "null",
      signal: AbortSignal.timeout(limitMs),
    }).output();
    return { success, text: new TextDecoder().decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
