import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** Who serves the events of a folder, and where. */
export type DataHolder = { readonly pid: number; readonly url: string };

const fileName = "event_store.json";

/** Tells others where the events of this folder are served, until it is disposed. Only for whoever has them open. */
export function announceHolder(folder: string, url: string): Disposable {
  const path = join(folder, fileName);
  const holder: DataHolder = { pid: process.pid, url };
  // Renamed into place, so that a reader never sees half of it
  writeFileSync(`${path}.new`, `${JSON.stringify(holder)}\n`);
  renameSync(`${path}.new`, path);
  return { [Symbol.dispose]: () => forgetHolder(folder) };
}

/** Only for whoever has just opened them: what a killed one told does not count any more. */
export function forgetHolder(folder: string): void {
  rmSync(join(folder, fileName), { force: true });
}

/** What the holder told; undefined where it told nothing. Only for whoever cannot open them: somebody has them. */
export function describeHolder(folder: string): DataHolder | undefined {
  try {
    const { pid, url } = JSON.parse(readFileSync(join(folder, fileName), "utf8"));
    return { pid, url };
  } catch {
    // It only helps to find the other one: that the folder is taken is known without it
    return undefined;
  }
}
