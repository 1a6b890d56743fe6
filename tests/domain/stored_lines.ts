/** The files of a folder that hold one JSON value a line, by their names without `.jsonl`. */
export async function readLines<Line>(folder: URL): Promise<Map<string, readonly Line[]>> {
  const files = new Map<string, readonly Line[]>();
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(new URL(name, folder));
    const lines = text.trimEnd().split("\n").map((line): Line => JSON.parse(line));
    files.set(name.replace(/\.jsonl$/, ""), lines);
  }
  return files;
}
