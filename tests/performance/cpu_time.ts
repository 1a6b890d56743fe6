/** User and system time that a process and all that it has started have taken so far, in milliseconds. */
export type CpuTime = {
  /** Of PostgreSQL's processes. */
  readonly postgres: number;
  /** Of all others. */
  readonly own: number;
};

/** As `proc_pid_stat(5)` counts: USER_HZ is 100 on every architecture that Deno runs on. */
const msPerTick = 10;

/** The time of a process tree; of those that have ended, too, once their parent has noticed. */
export async function cpuTime(root: number): Promise<CpuTime> {
  if (Deno.build.os !== "linux") {
    throw new Error(`Cannot measure CPU time on "${Deno.build.os}": it is read from Linux's /proc`);
  }
  // By a shell: Deno shows these files to nobody but those that may do everything
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "cat /proc/[0-9]*/stat"],
    stderr: "null",
  }).output();
  return cpuTimeIn(new TextDecoder().decode(stdout), root);
}

/** The same, of what all processes' `/proc/PID/stat` say. */
export function cpuTimeIn(stats: string, root: number): CpuTime {
  const processes = new Map(
    stats.split("\n").filter((line) => line !== "").map((line) => {
      const process = parsed(line);
      return [process.pid, process];
    }),
  );
  let postgres = 0;
  let own = 0;
  for (const { pid, name, ticks } of processes.values()) {
    if (!isWithin(processes, { pid, root })) continue;
    if (name === "postgres") postgres += ticks * msPerTick;
    else own += ticks * msPerTick;
  }
  return { postgres, own };
}

type Process = {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  /** Its own, and those of children that ended. */
  readonly ticks: number;
};

function parsed(line: string): Process {
  // A name may have spaces and parentheses in it
  const end = line.lastIndexOf(")");
  const begin = line.indexOf("(");
  const fields = line.slice(end + 2).split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return {
    pid: Number(line.slice(0, begin)),
    parent: Number(fields[1]),
    name: line.slice(begin + 1, end),
    ticks,
  };
}

function isWithin(
  processes: ReadonlyMap<number, Process>,
  { pid, root }: { readonly pid: number; readonly root: number },
): boolean {
  for (let at = processes.get(pid); at; at = processes.get(at.parent)) {
    if (at.pid === root) return true;
  }
  return false;
}
