import { within } from "@headwater/testing";
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { fromRoot, root } from "../architecture/place.ts";
import { sourceFiles } from "../architecture/source_files.ts";

/** The repository in a folder of its own, in which anything may be changed. */
export type WorkspaceCopy = AsyncDisposable & {
  readonly directory: string;
  /** A command line of Deno: it must end well. */
  run(...args: string[]): Promise<string>;
  change(file: string, how: (text: string) => string): Promise<void>;
  /** Files that are not as they were, or were not there. */
  touched(): Promise<string[]>;
};

export async function copyWorkspace(): Promise<WorkspaceCopy> {
  const directory = await Deno.makeTempDir({ prefix: "headwater-copy-" });
  // PostgreSQL runs as another user where we are root.
  await Deno.chmod(directory, 0o711);
  for (const file of await sourceFiles()) {
    const target = join(directory, file);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(new URL(file, root), target);
  }
  return {
    directory,
    async run(...args) {
      const output = new Deno.Command(Deno.execPath(), { args, cwd: directory, stdin: "null" })
        .output();
      const { code, stdout, stderr } = await within(`"deno ${args.join(" ")}" to end`, output, {
        ms: 240_000,
      });
      const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      assert.equal(code, 0, `deno ${args.join(" ")}: ${said}`);
      return said;
    },
    async change(file, how) {
      const path = join(directory, file);
      await Deno.writeTextFile(path, how(await Deno.readTextFile(path)));
    },
    async touched() {
      const files = await filesIn(directory);
      const isTouched = await Promise.all(files.map(async (file) => {
        const before = await textOf(new URL(fromRoot(file), root));
        return before !== await textOf(join(directory, file));
      }));
      return files.filter((_, index) => isTouched[index]);
    },
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

async function filesIn(folder: string, prefix = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name === ".data") continue;
    if (isDirectory) files.push(...await filesIn(join(folder, name), `${prefix}${name}/`));
    else files.push(prefix + name);
  }
  return files.toSorted();
}

async function textOf(file: string | URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
