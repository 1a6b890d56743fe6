import ts from "typescript";
import { readSource, sourceFiles } from "../architecture/source_files.ts";
import type { PublishedMember } from "./members.ts";

/** The packages that modules with these texts import, members among them. */
export function importedPackages(texts: Iterable<string>): ReadonlySet<string> {
  const packages = new Set<string>();
  for (const text of texts) {
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      const [, found] = fileName.match(/^((?:@[^/]+\/)?[^./][^/]*)/) ?? [];
      if (found !== undefined && !found.startsWith("node:")) packages.add(found);
    }
  }
  return packages;
}

/** These members and those that they need, and the packages of npm that all of them import. */
export async function withNeeded(
  wanted: readonly PublishedMember[],
  all: readonly PublishedMember[],
): Promise<{ readonly members: readonly PublishedMember[]; readonly npm: ReadonlySet<string> }> {
  const files = await sourceFiles();
  const members = new Set(wanted);
  const npm = new Set<string>();
  // Those that are found are visited as well
  for (const { folder } of members) {
    const own = files.filter((file) => file.startsWith(`${folder}/`) && isPublished(file));
    for (const name of importedPackages(await Promise.all(own.map(readSource)))) {
      const member = all.find((other) => other.name === name);
      if (member) members.add(member);
      else npm.add(name);
    }
  }
  return { members: [...members], npm };
}

function isPublished(file: string): boolean {
  return /\.tsx?$/.test(file) && !/_test\.tsx?$/.test(file) && !file.includes("/testing/");
}
