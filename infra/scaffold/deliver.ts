import { exists } from "./workspace.ts";

/** What is to be written, by paths under a root. */
export type Draft = {
  readonly created: ReadonlyMap<string, string>;
  /** The one file that names what is new; it is replaced last. */
  readonly edited: { readonly path: string; readonly text: string };
};

/**
 * Writes all of it or nothing: into a folder of its own first, from there by renaming. TypeScript is formatted.
 *
 * Errors: a file that is there already, and whatever the machine refuses; what was renamed until then is taken back.
 */
export async function deliver({ created, edited }: Draft, root: URL): Promise<void> {
  const texts = new Map<string, string>();
  for (const [path, text] of [...created, [edited.path, edited.text] as const]) {
    texts.set(path, path.endsWith(".ts") ? await formatted(text, root) : text);
  }
  const stage = new URL(`.new-${crypto.randomUUID()}/`, root);
  await Deno.mkdir(stage);
  const placed: URL[] = [];
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
    await Deno.rename(new URL(edited.path, stage), new URL(edited.path, root));
  } catch (error) {
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
