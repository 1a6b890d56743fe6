import type { ClusterOptions } from "./cluster.ts";
import type { ClusterPlace } from "./cluster_place.ts";
import { runShell } from "./shell.ts";

/** In MB; an empty cluster was measured to take 39, with six databases of the shop and their log 138. */
const cluster = 100;
const eachDatabase = 15;
/** What the log of a cluster that is there takes beside it before anything is put back into shape. */
const laterStart = 64;

const look = `
df -Pk "$1" | awk 'NR == 2 { print $4 }'
if [ -f "$1/data/PG_VERSION" ]; then echo there; else echo new; fi
`;

/**
 * Throws where the disk has not enough room to start: PostgreSQL would end in the middle of it, again and again.
 */
export async function assertRoom(
  { directory, user }: ClusterPlace,
  { databases = 0 }: Pick<ClusterOptions, "databases">,
): Promise<void> {
  const [kilobytes, state] = (await runShell(look, { args: [directory], user })).split("\n");
  const free = Number(kilobytes) / 1_024;
  const isFirst = state === "new";
  const needed = isFirst ? cluster + databases * eachDatabase : laterStart;
  // Not a number: the system does not tell
  if (!(free < needed)) return;
  throw new Error(
    `Cannot start PostgreSQL in "${directory}": ${Math.floor(free)} MB are free on its disk, ${
      isFirst ? "a first start" : "a start"
    } needs ${needed} MB; make room, or name a server of your own in DATABASE_URL`,
  );
}
