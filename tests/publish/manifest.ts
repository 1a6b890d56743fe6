import type { Emitted } from "./emit_members.ts";
import { importedPackages } from "./imported_packages.ts";
import type { PublishedMember } from "./members.ts";

/** Older ones take `?1` in SQLite's statements for a name: tried, with 22.16, 22.21.1, 22.23, 24.0, 24.12 and 24.21. */
const nodeVersion = "^22.21.1 || >=24.12";

/** The `package.json` of a member, with what its translated files import. */
export function manifest(
  member: PublishedMember,
  { files, members, versions }: {
    /** Those of the member, from its folder. */
    readonly files: Emitted;
    readonly members: readonly PublishedMember[];
    /** Of packages of npm. */
    readonly versions: ReadonlyMap<string, string>;
  },
): Record<string, unknown> {
  const { name, version, license, exports, bin } = member;
  const dependencies: Record<string, string> = {};
  for (const dependency of [...importedPackages(files.values())].sort()) {
    const sibling = members.find((other) => other.name === dependency);
    const npm = versions.get(dependency);
    if (!sibling && npm === undefined) {
      throw new Error(`Cannot pack "${name}": "${dependency}" has no version`);
    }
    dependencies[dependency] = sibling ? sibling.version : `^${npm}`;
  }
  return {
    name,
    version,
    license,
    type: "module",
    exports: Object.fromEntries(
      Object.entries(exports).map(([face, path]) => {
        const stem = path.replace(/\.ts$/, "");
        return [face, { types: `${stem}.d.ts`, default: `${stem}.js` }];
      }),
    ),
    ...(bin !== undefined && {
      bin: { [name.replace("@", "").replace("/", "-")]: bin.replace(/\.ts$/, ".js") },
    }),
    engines: { node: nodeVersion },
    dependencies,
  };
}
