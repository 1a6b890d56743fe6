import type { Cluster, ClusterOptions } from "./cluster.ts";
import { clusterPlace } from "./cluster_place.ts";
import { assertRoom } from "./disk_room.ts";
import { createCluster } from "./create_cluster.ts";
import { postgresBinaries } from "./postgres_binaries.ts";
import { startPostmaster } from "./postmaster.ts";
import { runShell } from "./shell.ts";
import { stopStray } from "./stray_postmaster.ts";

/** A cluster on Linux or macOS: an unprivileged user serves it where we are root, and the server ends when we do. */
export async function openPosixCluster(options: ClusterOptions): Promise<Cluster> {
  const { directory, logger, durable } = options;
  const place = await clusterPlace(directory, logger);
  await assertRoom(place, options);
  const binaries = await postgresBinaries(`${place.directory}/programs`);
  const stray = await stopStray(`${place.directory}/data`);
  if (stray !== undefined) logger.warn("Stopped a PostgreSQL that was left behind", { pid: stray });
  return {
    password: await createCluster(place, binaries),
    start: (port) => startPostmaster({ binaries, place, port, durable, logger }),
    async removeElsewhere() {
      if (place.moved) await runShell(`rm -rf "$1"`, { args: [place.directory] });
    },
  };
}
