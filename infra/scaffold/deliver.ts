import { exists } from "./workspace.ts";

/** What is to be written, by paths under a root. */
export type Draft = {
  readonly created: ReadonlyMap<string, string>;
  /** Files that are there; they are replaced in this sequence, the one that names what is new last. */
  readonly edited: readonly { readonly path: string; readonly text: string }[];
};

/**
 * Writes all of it or nothing: into a folder of its own first, from there by renaming. TypeScript is formatted.
 *
 * Errors: a file that is there already, and whatever the machine refuses; what was done until then is taken back.
 */
export async function deliver({ created, edited }: Draft, root: URL): Promise<void> {
  const texts = new Map<string, string>();
  const all = [...created, ...edited.map(({ path, text }) => [path, text] as const)];
  for (const [path, text] of all) {
    texts.set(path, path.endsWith(".ts") ? await formatted(text, root) : text);
  }
  const stage = new URL(`.new-${crypto.randomUUID()}/`, root);
  await Deno.mkdir(stage);
  const placed: URL[] = [];
  const replaced: { readonly target: URL; readonly before: string }[] = [];
  try {
    for (const [path, text] of texts) {
      const file = new URL(path, stage);
      await Deno.mkdir(new URL("./", file), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    for (const path of await newPlaces([...created.keys()], root)) {
      const target = new URL(path, root);
      if (await exists(target)) throw new Error(`Cannot write "${path}": it is there already`);
      await Deno.rename(new URL(path, stage), target);
      placed.push(target);
    }
    for (const { path } of edited) {
      const target = new URL(path, root);
      const before = await Deno.readTextFile(target);
      await Deno.rename(new URL(path, stage), target);
      replaced.push({ target, before });
    }
  } catch (error) {
    for (const { target, before } of replaced) await Deno.writeTextFile(target, before);
    for (const target of placed.toReversed()) await Deno.remove(target, { recursive: true });
    throw error;
  } finally {
    await Deno.remove(stage, { recursive: true });
  }
}

/** What has to be renamed: a folder that is not there as a whole, else the file. */
async function newPlaces(paths: readonly string[], root: URL): Promise<Set<string>> {
  const places = new Set<string>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    places.add(await exists(new URL(folder, root)) ? path : folder);
  }
  return places;
}

async function formatted(text: string, root: URL): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext=ts", "-"],
    cwd: root,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot format what was written: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
