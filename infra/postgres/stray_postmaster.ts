import { runShell } from "./shell.ts";

/**
 * Ends the postmaster named in `postmaster.pid`, if that process is one, of this very directory, and the process that
 * started it is gone. A file that names anything else is what a crash left and the number belongs to somebody else now.
 */
const stop = `
pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null) || exit 0
case "$pid" in '' | *[!0-9]*) exit 0 ;; esac

command_of() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\\0' ' ' <"/proc/$1/cmdline"; else ps -ww -o command= -p "$1"; fi 2>/dev/null
}
parent_of() {
  { awk '/^PPid:/ { print $2 }' "/proc/$1/status" || ps -o ppid= -p "$1"; } 2>/dev/null | tr -d ' '
}
running() {
  case "$(command_of "$pid")" in *"/postgres -D $1 "*) return 0 ;; *) return 1 ;; esac
}
ended_within() {
  i=0
  while running "$1"; do
    [ "$i" -lt "$2" ] || return 1
    i=$((i + 1))
    sleep 0.1
  done
}

if ! running "$1"; then rm -f "$1/postmaster.pid"; exit; fi
owner=$(cat "$1/owner" 2>/dev/null)
if [ "$(parent_of "$pid")" = "$owner" ]; then echo "process $owner is using it" >&2; exit 1; fi
for signal in INT QUIT KILL; do
  kill -s "$signal" "$pid" 2>/dev/null
  if ended_within "$1" 80; then echo "$pid"; exit; fi
done
echo "PostgreSQL process $pid does not end" >&2
exit 1
`;

/** Ends what an earlier run left behind in the data directory `data`; gives its process id when there was something. */
export async function stopStray(data: string): Promise<number | undefined> {
  try {
    const pid = await runShell(stop, { args: [data] });
    return pid === "" ? undefined : Number(pid);
  } catch (error) {
    throw new Error(`Cannot use "${data}": ${(error as Error).message}`, { cause: error });
  }
}
