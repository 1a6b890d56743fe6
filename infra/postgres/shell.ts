/** Whom a child process runs as. */
export type SystemUser = { readonly uid: number; readonly gid: number };

export type ShellOptions = {
  /** `$1`, `$2` … of the script. */
  readonly args: readonly string[];
  readonly user?: SystemUser;
  /** The script's standard input, which then stays open until the script ends. */
  readonly input?: string;
};

/**
 * Put before a script: when the standard input ends, because this process is gone, the whole process group is killed.
 * The outer parentheses end at once, so that what the script turns into has no child it does not know. Not
 * "-KILL --": Debian's shell takes that "--" for a process.
 */
export const endsWithParent = `
exec 3<&0
( ( read -r _ <&3 || kill -s KILL -- "-$$" ) >/dev/null 2>&1 & )
exec 3<&- </dev/null
`;

/** A child in a process group of its own, so that Ctrl-C on a terminal reaches us alone. */
export function spawnShell(script: string, { args, user }: ShellOptions): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", script, "sh", ...args],
    // The user may not be allowed to be where we are
    cwd: user ? "/" : undefined,
    ...user,
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/**
 * Runs a POSIX shell script and gives its standard output. The file work around PostgreSQL is done there and not with
 * Deno's functions: it happens as another user, and in places that the permissions of a task cannot name beforehand.
 */
export async function runShell(script: string, options: ShellOptions): Promise<string> {
  const child = spawnShell(script, options);
  const input = child.stdin.getWriter();
  if (options.input !== undefined) {
    await writeUnlessGone(input, options.input);
  }
  const [{ success }, stdout, stderr] = await Promise.all([
    child.status,
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await release(input);
  if (!success) throw new Error(stderr.trim() || stdout.trim() || "the shell gave no reason");
  return stdout.trim();
}

/** Tells what waits for our end that there is nothing left to do, and closes the standard input. */
export async function release(input: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  await writeUnlessGone(input, "\n");
  await input.close().catch(ignoreGone);
}

async function writeUnlessGone(
  input: WritableStreamDefaultWriter<Uint8Array>,
  text: string,
): Promise<void> {
  await input.write(new TextEncoder().encode(text)).catch(ignoreGone);
}

/** Nobody reads any more: the child has ended, and its status says how. */
function ignoreGone(error: unknown): void {
  const gone = error instanceof Deno.errors.BrokenPipe || error instanceof TypeError;
  if (!gone) throw error;
}
