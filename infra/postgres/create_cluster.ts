import { clusterDefaults, reasonIn } from "./cluster.ts";
import { endsWithParent, runShell } from "./shell.ts";
import type { ClusterPlace } from "./cluster_place.ts";

/**
 * Made under another name and then renamed: what exists as `data` is whole. The password lies inside, so that there is
 * never one without the other.
 */
const create = `
cd "$2" || exit
if [ ! -f data/PG_VERSION ]; then
  umask 077
  read -r password || exit
  ${endsWithParent}
  rm -rf data.new.* password.*
  new=data.new.$$
  echo "$password" >password.$$
  binaries=$1; shift 2
  "$binaries/initdb" -D "$new" --pwfile=password.$$ "$@" >&2 || exit
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
      args: [binaries, directory, ...clusterDefaults],
      user,
      input: `${crypto.randomUUID()}\n`,
    });
  } catch (error) {
    const reason = reasonIn((error as Error).message.split("\n"));
    throw new Error(`Cannot create a PostgreSQL cluster in "${directory}": ${reason}`, {
      cause: error,
    });
  }
}
