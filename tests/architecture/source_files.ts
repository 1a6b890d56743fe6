import { root } from "./place.ts";

const generated = [".git", ".data", "coverage", "node_modules"];

/** Every file of the repository, as paths from the root in a stable order; what tools generate is left out. */
export async function sourceFiles(folder = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (generated.includes(name)) continue;
    if (isDirectory) files.push(...await sourceFiles(`${folder}${name}/`));
    else files.push(folder + name);
  }
  return files.sort();
}

export function readSource(file: string): Promise<string> {
  return Deno.readTextFile(new URL(file, root));
}
