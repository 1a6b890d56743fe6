import { root } from "../architecture/place.ts";
import { readSource, sourceFiles } from "../architecture/source_files.ts";

/** A member of the workspace that others can install. */
export type PublishedMember = {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** From the root of the repository. */
  readonly folder: string;
  /** The files that it shows, from its folder, by the name under which they are imported: `.`, `./cli`. */
  readonly exports: Readonly<Record<string, string>>;
  /** The file that runs as a command, if there is one. */
  readonly bin: string | undefined;
};

type MemberConfig = {
  readonly name: string;
  readonly version?: string;
  readonly license?: string;
  readonly exports?: string | Readonly<Record<string, string>>;
  /** False: it is of use in a clone of this repository alone. */
  readonly publish?: unknown;
};

/** What a member shows to tests is for the tests of this repository. */
const unpublished = ["./testing"];

/** The engines: every member with a public face, but for the shop, the tests, and what says that it is not published. */
export async function publishedMembers(): Promise<readonly PublishedMember[]> {
  const files = await sourceFiles();
  const folders = files.filter((file) => /^(shared|projections|infra)\b.*\/deno\.json$/.test(file))
    .map((file) => file.replace("/deno.json", ""));
  const members = await Promise.all(folders.map(async (folder) => {
    const config: MemberConfig = JSON.parse(await readSource(`${folder}/deno.json`));
    const bin = files.includes(`${folder}/bin.ts`) ? "./bin.ts" : undefined;
    return config.publish === false ? [] : [memberOf(folder, { config, bin })];
  }));
  return members.flat().filter((member) => "." in member.exports);
}

function memberOf(
  folder: string,
  { config, bin }: { readonly config: MemberConfig; readonly bin: string | undefined },
): PublishedMember {
  const { name, version = "0.0.0", license = "MIT", exports = {} } = config;
  const faces = typeof exports === "string" ? { ".": exports } : exports;
  return {
    name,
    version,
    license,
    folder,
    exports: Object.fromEntries(
      Object.entries(faces).filter(([face]) => !unpublished.includes(face)),
    ),
    bin,
  };
}

/** The packages of npm that the workspace uses, with their versions. */
export async function npmVersions(): Promise<ReadonlyMap<string, string>> {
  const { imports } = JSON.parse(await readSource("deno.json"));
  const versions = new Map<string, string>();
  for (const target of Object.values<string>(imports)) {
    const [, name, version] = target.match(/^npm:((?:@[^/]+\/)?[^@/]+)@(.+)$/) ?? [];
    if (name !== undefined && version !== undefined) versions.set(name, version);
  }
  return versions;
}

/** A file of the repository, as an absolute path. */
export function absolute(path: string): string {
  return decodeURIComponent(new URL(path, root).pathname);
}
