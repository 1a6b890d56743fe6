import type { Application } from "@headwater/host";
import { z } from "zod";

/** Where an application's services are written. */
export type Workspace = {
  readonly application: Application;
  /** The folder with the workspace's `deno.json`; ends in a slash. */
  readonly root: URL;
  /** The file under `root` that puts the application together; the services' folders are beside it. */
  readonly app: string;
  /** `@shop` of `@shop/order`. */
  readonly scope: string;
};

/** The folder of a service under `root`, with a slash. */
export function folderOf({ app }: Pick<Workspace, "app">, service: string): string {
  return app.replace(/[^/]*$/, `${service}/`);
}

/** What the workspace's members are called, without their scopes. */
export async function memberNames({ root }: Pick<Workspace, "root">): Promise<Set<string>> {
  const { workspace } = config.parse(await readJson(new URL("deno.json", root)));
  const names = new Set<string>();
  for (const pattern of workspace) {
    for (const folder of await foldersOf(pattern, root)) {
      const file = new URL("deno.json", folder);
      if (!await exists(file)) continue;
      const { name = "" } = config.parse(await readJson(file));
      names.add(name.replace(/^.*\//, ""));
    }
  }
  return names;
}

/** Whether there is such a file or folder. */
export async function exists(file: URL): Promise<boolean> {
  try {
    await Deno.lstat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const config = z.object({
  name: z.string().optional(),
  workspace: z.array(z.string()).default([]),
});

async function readJson(file: URL): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(file));
}

async function foldersOf(pattern: string, root: URL): Promise<URL[]> {
  if (!pattern.endsWith("/*")) return [new URL(`${pattern}/`, root)];
  const parent = new URL(pattern.slice(0, -1), root);
  if (!await exists(parent)) return [];
  const entries = await Array.fromAsync(Deno.readDir(parent));
  return entries.filter(({ isDirectory }) => isDirectory)
    .map(({ name }) => new URL(`${name}/`, parent));
}
