import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromRoot, root } from "./architecture/place.ts";
import { readSource, sourceFiles } from "./architecture/source_files.ts";
import { inMemory } from "./in_memory.ts";
import { shareWorkers } from "./share_workers.ts";
import { testArguments } from "./test_arguments.ts";

/** What is released: tarballs and templates. They install packages and check copies of everything. */
const releaseTests = /^tests\/(publish|guides)\//;
/** As `deno test` finds them. */
const testFile = /(^|[/._])test\.[cm]?[jt]sx?$|(^|\/)__tests__\//;

/**
 * `deno task test [MEMBER or PATH …] [--options of "deno test" …]`, in any order: the tests of what is named, or all
 * but those of what is released. A member is named as in its import, `core` for `@headwater/core`; or as its folder,
 * `gift_card` for `@shop/gift-card`.
 */
async function runTests(args: readonly string[]): Promise<number> {
  const sources = await sourceFiles();
  const members = await foldersOfMembers(sources);
  const { named, options } = testArguments(args);
  const folderOf = (name: string) => members.get(name.replaceAll("_", "-"));
  const unknown = named.find((name) => folderOf(name) === undefined && !existsInRoot(name));
  if (unknown !== undefined) {
    const names = [...members.keys()].toSorted().join(", ");
    say(`Cannot test "${unknown}": it is no path, and the members are ${names}`);
    return 2;
  }
  const paths = named.map((name) => folderOf(name) ?? pathFromRoot(name));
  const found = sources.filter((file) =>
    testFile.test(file) && !file.startsWith("tests/performance/peers/") &&
    (paths.length === 0 ? !releaseTests.test(file) : paths.some((path) => isIn(file, path)))
  );
  const files = [...new Set([...paths.filter((path) => sources.includes(path)), ...found])];
  if (files.length === 0) {
    say(`Cannot test ${named.map((name) => `"${name}"`).join(", ")}: no test is there`);
    return 1;
  }
  if (!options.includes("--no-check")) {
    const code = await run([
      Deno.execPath(),
      "check",
      "--quiet",
      ...named.length ? paths.map((path) => path || ".") : ["."],
    ]);
    if (code !== 0) return code;
  }
  const directory = await Deno.makeTempDir({ prefix: "headwater-tests-" });
  try {
    return await testIn(directory, { files, options });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

type Tests = { readonly files: readonly string[]; readonly options: readonly string[] };

/** What the tests leave behind lies in the directory. */
async function testIn(directory: string, { files, options }: Tests): Promise<number> {
  const temporary = join(directory, "temporary");
  await Deno.mkdir(temporary);
  if (Deno.build.os !== "windows") {
    // Where we are root, PostgreSQL's user has to get through
    await Deno.chmod(directory, 0o711);
    await Deno.chmod(temporary, 0o1777);
  }
  // A file for each module that a worker or a process has loaded: 260,000 of them, which only the report reads
  const counts = join(temporary, "coverage");
  const strict = new Set<string>();
  for (const file of files) {
    if (!/sanitize(Ops|Resources)|leavesTimers/.test(await readSource(file))) strict.add(file);
  }
  const { alone, together } = shareWorkers(files, { leaves: (file) => !strict.has(file) });
  const shared: string[] = [];
  for (const [name, members] of together) {
    const imports = members.map((file) => `import ${JSON.stringify(new URL(file, root))};\n`);
    const file = join(directory, name);
    await Deno.writeTextFile(file, imports.join(""));
    shared.push(file);
  }
  return await run(
    inMemory([
      ...[Deno.execPath(), "test", "--parallel", "--no-check"] as const,
      `--preload=${fileURLToPath(new URL("tests/limit_tests.ts", root))}`,
      ...permissions,
      `--allow-write=.data,${temporary}`,
      ...options.map((option) => option === "--coverage" ? `${option}=${counts}` : option),
      // In this order, so that none of those that take long is left alone at the end
      ...alone,
      ...shared,
    ]),
    {
      // Two files more than there are cores: those that run whole shops wait for half of their time
      DENO_JOBS: Deno.env.get("DENO_JOBS") ?? String(navigator.hardwareConcurrency + 2),
      TMPDIR: temporary,
      TEMP: temporary,
    },
  );
}

const permissions = [
  "--allow-read",
  "--allow-net=127.0.0.1,localhost,0.0.0.0",
  "--allow-run",
  "--allow-env",
  "--allow-sys=uid",
];

async function run(
  [command, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = new Deno.Command(command, { args, cwd: root, env, stdin: "null" }).spawn();
  return (await child.status).code;
}

function pathFromRoot(name: string): string {
  return fromRoot(new URL(name, root).href).replace(/\/$/, "");
}

function isIn(file: string, path: string): boolean {
  return path === "" || file === path || file.startsWith(`${path}/`);
}

async function foldersOfMembers(
  sources: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>();
  for (const file of sources.filter((file) => file.endsWith("/deno.json"))) {
    const { name } = JSON.parse(await Deno.readTextFile(new URL(file, root)));
    if (name !== undefined) {
      folders.set(name.replace(/^@\w+\//, ""), file.replace("/deno.json", ""));
    }
  }
  return folders;
}

function existsInRoot(path: string): boolean {
  try {
    Deno.statSync(new URL(path, root));
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) Deno.exit(await runTests(Deno.args));
