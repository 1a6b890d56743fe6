/** For a few clusters of databases at once; where less is free, the disk is the better place. */
const leastFree = 4_000_000;

/** Only the command sees what is mounted, and it is gone with the last of its processes. */
const script = `
if awk '$1 == "MemAvailable:" { exit $2 < ${leastFree} }' /proc/meminfo && unshare --mount true 2>/dev/null; then
  exec unshare --mount sh -c 'mount -t tmpfs -o mode=1777 headwater "$TMPDIR" 2>/dev/null; exec "$@"' sh "$@"
fi
exec "$@"
`;

/**
 * A command whose directory for temporary files, its TMPDIR, is in memory, where it is root on Linux. What tests throw
 * away are mostly databases, of some 300 files each: to make and remove them on a disk took more of the processors than
 * all that PostgreSQL did with them.
 */
export function inMemory(command: readonly [string, ...string[]]): readonly [string, ...string[]] {
  return Deno.build.os === "linux" ? ["sh", "-c", script, "sh", ...command] : command;
}
