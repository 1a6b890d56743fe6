import { readSource } from "../architecture/source_files.ts";
import { absolute, npmVersions, type PublishedMember } from "./members.ts";

/**
 * `deno doc --lint` of all that engines show: every name has words, and every type that others meet is shown as well.
 * Resolves to what it found; empty: nothing.
 *
 * Deno 2.9.6 takes what stands behind `export * as` for private, so that these files are faces of their own here, and
 * types of npm's packages for ours, so that a stand-in takes their place: what is Node's own it does not look into.
 */
export async function lintDocs(members: readonly PublishedMember[]): Promise<string> {
  const faces = members.flatMap(({ name, folder, exports }) =>
    Object.entries(exports).map(([face, path]) => ({
      name: name + face.slice(1),
      file: path.replace("./", `${folder}/`),
    }))
  );
  const imports = Object.fromEntries([
    ...faces.map(({ name, file }) => [name, absolute(file)]),
    ...Array.from((await npmVersions()).keys(), (name) => [name, "node:module"]),
  ]);
  const folder = await Deno.makeTempDir({ prefix: "headwater-docs-" });
  try {
    await Deno.writeTextFile(`${folder}/imports.json`, JSON.stringify({ imports }));
    const behind = await Promise.all(faces.map(({ file }) => namespacesOf(file)));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "doc",
        "--lint",
        "--no-config",
        `--import-map=${folder}/imports.json`,
        ...[...faces.map(({ file }) => file), ...behind.flat()].map(absolute),
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The files that a face shows under one name each. */
async function namespacesOf(face: string): Promise<string[]> {
  const text = await readSource(face);
  return Array.from(
    text.matchAll(/export \* as \w+ from "\.\/([^"]+)"/g),
    ([, file]) => face.replace(/[^/]+$/, file!),
  );
}
