import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { root } from "./architecture/place.ts";
import { sourceFiles } from "./architecture/source_files.ts";

/** What is released: tarballs and templates. They install packages and check copies of everything. */
const releaseTests = ["tests/publish", "tests/guides"];

/**
 * `deno task test [MEMBER or PATH …] [--options of "deno test" …]`: the tests of what is named, or all but those of
 * what is released. A member is named as in its import: `core` for `@headwater/core`, `order` for `@shop/order`.
 */
async function runTests(args: readonly string[]): Promise<number> {
  const members = await foldersOfMembers();
  const firstOption = args.findIndex((arg) => arg.startsWith("-"));
  const named = firstOption === -1 ? args : args.slice(0, firstOption);
  const options = args.slice(named.length);
  const unknown = named.find((name) => !members.has(name) && !existsInRoot(name));
  if (unknown !== undefined) {
    const names = [...members.keys()].toSorted().join(", ");
    say(`Cannot test "${unknown}": it is no path, and the members are ${names}`);
    return 2;
  }
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--parallel",
      `--preload=${fileURLToPath(new URL("tests/limit_tests.ts", root))}`,
      ...permissions,
      ...options,
      ...named.map((name) => members.get(name) ?? name),
      ...named.length === 0 ? [`--ignore=${releaseTests}`] : [],
    ],
    cwd: root,
    // One file more than there are cores: those that run whole shops wait for a third of their time
    env: { DENO_JOBS: Deno.env.get("DENO_JOBS") ?? String(navigator.hardwareConcurrency + 1) },
    stdin: "null",
  }).spawn().status;
  return code;
}

const permissions = [
  "--allow-read",
  `--allow-write=.data,${tmpdir()}`,
  "--allow-net=127.0.0.1,localhost,0.0.0.0",
  "--allow-run",
  "--allow-env",
  "--allow-sys=uid",
];

async function foldersOfMembers(): Promise<ReadonlyMap<string, string>> {
  const folders = new Map<string, string>();
  for (const file of (await sourceFiles()).filter((file) => file.endsWith("/deno.json"))) {
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
