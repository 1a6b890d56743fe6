import { createHash } from "node:crypto";
import type { Log } from "@headwater/core";
import { runShell, type SystemUser } from "./shell.ts";
import { stopStray } from "./stray_postmaster.ts";

/** Where PostgreSQL keeps its files, and whom it runs as. */
export type ClusterPlace = {
  /** Absolute; can be entered by `user`. */
  readonly directory: string;
  /** Undefined: ourselves. Set where we are root, whom PostgreSQL refuses to run as. */
  readonly user?: SystemUser;
  /** The directory is another one than was asked for. */
  readonly moved: boolean;
};

const look = `
umask 022
mkdir -p "$1" && cd "$1" || exit
[ "$(id -u)" = 0 ] || chmod 700 . || exit
pwd -P
id -u
if [ -d data ]; then ls -ldn data | awk '{ print $3, $4 }'; else echo "$(id -u nobody) $(id -g nobody)"; fi
cat moved 2>/dev/null || echo
`;

const handOver = `chown "$2:$3" "$1" && chmod 700 "$1"`;
const enter = `cd "$1" 2>/dev/null && echo yes || echo no`;

/** Everything above the place is root's alone, so that nobody can put something there in advance. */
const stateOfRoot = "/var/lib/headwater";
const move = `
state=${stateOfRoot}
mkdir -p -m 711 "$state" && chmod 711 "$state" && rm -rf "$2" && mkdir -m 700 "$2" &&
echo "$1" >"$2/origin" && echo "$3" >"$2/id" && echo "$3" >"$1/moved" && chown "$4:$5" "$2" || exit
# What belonged to temporary directories that are gone
for place in "$state"/*; do
  origin=$(cat "$place/origin" 2>/dev/null)
  case "$origin" in /tmp/* | /var/tmp/* | "\${TMPDIR:-/tmp}"/*) ;; *) continue ;; esac
  if [ -e "$origin" ] || kill -0 "$(head -n 1 "$place/data/postmaster.pid" 2>/dev/null)" 2>/dev/null; then continue; fi
  rm -rf "$place"
done
`;

/**
 * Makes `asked` fit for PostgreSQL. As root that is a matter of the unprivileged user reaching it: where a directory
 * above is closed to others (a home, for example), the files go to a place of root's named after `asked`.
 */
export async function clusterPlace(asked: string, logger: Log): Promise<ClusterPlace> {
  try {
    return await place(asked, logger);
  } catch (error) {
    throw new Error(`Cannot keep PostgreSQL's data in "${asked}": ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function place(asked: string, logger: Log): Promise<ClusterPlace> {
  const [directory = "", self, owner = "", movedId = ""] = (await runShell(look, { args: [asked] }))
    .split("\n");
  if (self !== "0") return { directory, moved: false };

  const [uid = NaN, gid = NaN] = owner.split(" ").map(Number);
  const user = { uid, gid };
  const elsewhere = `${stateOfRoot}/${
    createHash("sha256").update(directory).digest("hex").slice(0, 16)
  }`;
  if (movedId !== "" && movedId === await idOf(elsewhere)) {
    return { directory: elsewhere, user, moved: true };
  }
  await runShell(handOver, { args: [directory, `${uid}`, `${gid}`] });
  if (await runShell(enter, { args: [directory], user }) === "yes") {
    return { directory, user, moved: false };
  }

  // What an earlier directory of the same path left: without it, its data have no meaning
  await stopStray(`${elsewhere}/data`);
  await runShell(move, {
    args: [directory, elsewhere, crypto.randomUUID(), `${uid}`, `${gid}`],
  });
  logger.info("PostgreSQL's data go elsewhere: its unprivileged user cannot enter the directory", {
    directory,
    elsewhere,
    uid,
  });
  return { directory: elsewhere, user, moved: true };
}

function idOf(place: string): Promise<string> {
  return runShell(`cat "$1/id" 2>/dev/null || echo`, { args: [place] });
}
