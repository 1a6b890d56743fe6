import { endsWithParent, runShell } from "./shell.ts";
import type { ClusterPlace } from "./cluster_place.ts";

/**
 * Made under another name and then renamed: what exists as `data` is whole. The password lies inside, so that there is
 * never one without the other. Text is compared by code point, the same on every machine.
 */
const create = `
cd "$2" || exit
if [ ! -f data/PG_VERSION ]; then
  umask 077
  read -r password
  ${endsWithParent}
  rm -rf data.new.* password.*
  new=data.new.$$
  echo "$password" >password.$$
  "$1/initdb" -D "$new" -U postgres -A scram-sha-256 --pwfile=password.$$ -E UTF8 --no-locale \\
    --locale-provider=builtin --builtin-locale=C.UTF-8 --no-instructions >&2 || exit
  mv password.$$ "$new/password" && mv "$new" data || exit
fi
cat data/password
`;

/** Gives the password of `postgres` in the cluster `<place>/data`, which is created when there is none. */
export async function createCluster(
  { directory, user }: ClusterPlace,
  binaries: string,
): Promise<string> {
  try {
    return await runShell(create, {
      args: [binaries, directory],
      user,
      input: `${crypto.randomUUID()}\n`,
    });
  } catch (error) {
    throw new Error(
      `Cannot create a PostgreSQL cluster in "${directory}": ${(error as Error).message}`,
      { cause: error },
    );
  }
}
