import assert from "node:assert/strict";
import { join } from "node:path";
import process from "node:process";
import { npmVersions } from "./members.ts";

const limitMs = 120_000;

/** A folder outside of the workspace, with the tarballs installed as anybody would; gone when it is disposed. */
export type Elsewhere = AsyncDisposable & {
  readonly folder: string;
  /** Programs that run plain JavaScript, by what to call them. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Runs a program there that says what it saw as JSON. */
  drive(program: string, args: readonly string[]): Promise<{
    readonly said: string;
    // deno-lint-ignore no-explicit-any -- the test says what it must be
    readonly seen: any;
  }>;
};

/** Why nothing can be installed here; undefined: it can. */
export async function whyNotInstallable(): Promise<string | undefined> {
  const pinged = await npm(["ping"], Deno.cwd());
  if (pinged === undefined) return "npm is not installed";
  return pinged.success ? undefined : "the registry of npm cannot be reached";
}

/** Installs tarballs, packages, of the workspace's versions where they name none, and sources of tests into an empty folder. */
export async function openElsewhere(
  { tarballs, packages, sources }: {
    readonly tarballs: Iterable<string>;
    readonly packages: readonly string[];
    readonly sources: readonly string[];
  },
): Promise<Elsewhere> {
  const folder = await Deno.makeTempDir({ prefix: "headwater-elsewhere-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    const versions = await npmVersions();
    const lines = await missingNodes();
    await Deno.writeTextFile(
      join(folder, "package.json"),
      '{ "private": true, "type": "module" }',
    );
    await Deno.writeTextFile(join(folder, "deno.json"), '{ "nodeModulesDir": "manual" }');
    const installed = await npm([
      ...["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"],
      ...tarballs,
      ...packages.map((name) => versions.has(name) ? `${name}@${versions.get(name)}` : name),
      ...lines.map(nodePackage),
    ], folder);
    if (!installed?.success) throw new Error(`Cannot install the tarballs: ${installed?.text}`);
    for (const name of sources) {
      await Deno.copyFile(new URL(name, import.meta.url), join(folder, name));
    }
    const nodes = lines.map((line) =>
      [`Node ${line}`, join(folder, "node_modules", `node-${line}`, "bin", "node")] as const
    );
    return {
      folder,
      nodes: new Map(nodes.length > 0 ? nodes : [["Node", "node"]]),
      drive: (program, args) => drive(folder, { program, args }),
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The lines of Node that are to be tried and are not installed: none where one that will do is. */
async function missingNodes(): Promise<readonly number[]> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
    const line = Number(new TextDecoder().decode(stdout).match(/^v(\d+)/)?.[1]);
    return line >= 22 ? [] : [22, 24];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [22, 24];
    throw error;
  }
}

/** Node itself, of the newest version of a line, as npm has it for this kind of machine. */
function nodePackage(line: number): string {
  return `node-${line}@npm:node-${process.platform}-${process.arch}@${line}`;
}

async function drive(
  folder: string,
  { program, args }: { readonly program: string; readonly args: readonly string[] },
) {
  const { stdout, stderr } = await new Deno.Command(program, {
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
