import { dirname, join, resolve } from "node:path";
import * as tar from "tar";
import { emitMembers, type Emitted } from "./emit_members.ts";
import { withNeeded } from "./imported_packages.ts";
import { manifest } from "./manifest.ts";
import { absolute, npmVersions, type PublishedMember, publishedMembers } from "./members.ts";

const help = `deno task pack [FOLDER [MEMBER …]]

Writes a tarball for npm of each engine, or of the members named (@headwater/event-store …) and those that they need,
into FOLDER (default .data/pack).
`;

/**
 * Writes tarballs for npm into a folder, and gives their paths by the members' names. `names` undefined: all engines;
 * what a member imports of others is packed with it.
 */
export async function pack(
  folder: string,
  names?: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const all = await publishedMembers();
  const unknown = names?.find((name) => !all.some((member) => member.name === name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name).join(", ");
    throw new Error(`Cannot pack "${unknown}": engines are ${known}`);
  }
  const build = await Deno.makeTempDir({ prefix: "headwater-pack-" });
  try {
    const versions = await npmVersions();
    const wanted = all.filter(({ name }) => names?.includes(name) ?? true);
    const { members, npm } = await withNeeded(wanted, all);
    await installDependencies(
      build,
      Array.from(versions).filter(([name]) => npm.has(name) || name.startsWith("@types/")),
    );
    const emitted = emitMembers(members, build);
    const tarballs = new Map<string, string>();
    for (const member of members) {
      const files = filesOf(member, emitted);
      const content = manifest(member, { files, members, versions });
      tarballs.set(member.name, await writeTarball(member, { files, content, build, folder }));
    }
    return tarballs;
  } finally {
    await Deno.remove(build, { recursive: true });
  }
}

/** The types of what members use are part of theirs. */
async function installDependencies(
  build: string,
  packages: readonly (readonly [name: string, version: string])[],
): Promise<void> {
  const dependencies = Object.fromEntries(packages);
  await Deno.writeTextFile(join(build, "package.json"), JSON.stringify({ dependencies }));
  await Deno.writeTextFile(join(build, "deno.json"), "{}");
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--quiet", "--node-modules-dir=auto"],
    cwd: build,
    stdout: "null",
  }).output();
  if (!success) {
    throw new Error(`Cannot install dependencies: ${new TextDecoder().decode(stderr)}`);
  }
}

function filesOf({ folder }: PublishedMember, emitted: Emitted): Emitted {
  return new Map(
    Array.from(emitted).filter(([path]) => path.startsWith(`${folder}/`))
      .map(([path, text]) => [path.slice(folder.length + 1), text]),
  );
}

async function writeTarball(
  { name, version, bin, folder: source }: PublishedMember,
  { files, content, build, folder }: {
    readonly files: Emitted;
    readonly content: object;
    readonly build: string;
    readonly folder: string;
  },
): Promise<string> {
  const place = join(build, "packages", name.replace("/", "-"));
  const write = async (path: string, text: string) => {
    await Deno.mkdir(dirname(join(place, path)), { recursive: true });
    await Deno.writeTextFile(join(place, path), text);
  };
  await write("package.json", `${JSON.stringify(content, null, 2)}\n`);
  for (const [path, text] of files) await write(path, text);
  if (bin !== undefined) await Deno.chmod(join(place, bin.replace(/\.ts$/, ".js")), 0o755);
  await write("LICENSE", await Deno.readTextFile(absolute("LICENSE")));
  for (const paper of ["README.md", "CHANGELOG.md"]) {
    const text = await readIfThere(absolute(`${source}/${paper}`));
    if (text !== undefined) await write(paper, text);
  }
  await Deno.mkdir(folder, { recursive: true });
  const file = resolve(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
  // The same sources give the same bytes
  await tar.create(
    { file, cwd: place, gzip: true, portable: true, noMtime: true, prefix: "package" },
    [...files.keys(), ...await topFiles(place)].sort(),
  );
  return file;
}

async function topFiles(place: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(place)) {
    if (isFile && !/\.(js|d\.ts)$/.test(name)) names.push(name);
  }
  return names;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function packCommand([folder = ".data/pack", ...names]: readonly string[]): Promise<number> {
  if (folder === "--help") {
    print(help);
    return 0;
  }
  const tarballs = await pack(folder, names.length > 0 ? names : undefined);
  for (const [name, path] of tarballs) print(`${name}: ${path}\n`);
  print(`\nTo have them in a project: npm install ${resolve(folder)}/*.tgz\n`);
  return 0;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exitCode = await packCommand(Deno.args);
