import { messageOf } from "./failure.ts";
import type { ReplayProgress } from "./checkpoint.ts";
import { followRebuild } from "./follow_rebuild.ts";
import { requestRebuild } from "./prepare_view.ts";
import { grouped, statusTable } from "./status_table.ts";
import { type ProjectionDatabase, storedStatuses } from "./stored_status.ts";

const usage = `Usage:
  status [--json]    how every read model is
  rebuild NAME       empty a read model and fill it again from the log
`;

export type CommandLineOptions = {
  readonly databases: readonly ProjectionDatabase[];
  /** Takes text as it is, with its own ends of lines. */
  print(text: string): void;
  readonly isTerminal: boolean;
  /** The log's last position; absent where the log cannot be opened, because another process has it. */
  head?(): Promise<number | undefined>;
  readonly signal?: AbortSignal;
};

/** `deno task projections …`. Resolves to the exit code: 0 done, 1 failed, 2 not understood. */
export async function projectionsCommand(
  args: readonly string[],
  options: CommandLineOptions,
): Promise<number> {
  const [command, ...rest] = args;
  if (command === "status" && rest.every((flag) => flag === "--json")) {
    return await showStatus(options, rest.length > 0);
  }
  if (command === "rebuild" && rest.length === 1) return await rebuild(rest[0]!, options);
  const isHelp = command === "--help" || command === "help";
  if (command && ["switch", "rollback", "parked"].includes(command)) {
    options.print(
      `Cannot do "${command}": a rebuild fills the table in place, so there is nothing to switch, to go back to or to park\n`,
    );
  } else if (command && !isHelp) {
    options.print(`Cannot understand "${args.join(" ")}"\n`);
  }
  options.print(usage);
  return isHelp ? 0 : 2;
}

async function showStatus(
  { databases, print, head }: CommandLineOptions,
  isJson: boolean,
): Promise<number> {
  const statuses = await storedStatuses(databases, {
    ...(head && { head: { position: await head() } }),
  });
  print(`${isJson ? JSON.stringify(statuses) : statusTable(statuses)}\n`);
  return 0;
}

async function rebuild(name: string, options: CommandLineOptions): Promise<number> {
  const { databases, print, isTerminal } = options;
  const found = databases.flatMap(({ sql, views }) => views.map((view) => ({ sql, view })))
    .find(({ view }) => view.name === name);
  if (!found) {
    const known = databases.flatMap(({ views }) => views.map((view) => view.name));
    print(`Cannot rebuild "${name}": known are ${known.join(", ")}\n`);
    return 2;
  }
  const startedAt = performance.now();
  const line = progressLine(options);
  try {
    await requestRebuild(found.sql, found.view);
    const { end, cause } = await followRebuild(found.sql, {
      name,
      signal: options.signal ?? new AbortController().signal,
      onProgress: (progress) => line(`${name}  ${described(progress)}`),
    });
    if (isTerminal) line("");
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    print(
      end === "done"
        ? `Rebuilt "${name}" in ${seconds} s\n`
        : end === "failing"
        ? `Cannot rebuild "${name}": ${cause}\n`
        : `Emptied "${name}": no worker fills it now, its service does so when it runs\n`,
    );
    return end === "done" ? 0 : 1;
  } catch (error) {
    print(`Cannot rebuild "${name}": ${messageOf(error)}\n`);
    return 1;
  }
}

function described({ replayed, target, eventsPerSecond }: ReplayProgress): string {
  const share = Math.min(100, Math.floor((replayed / Math.max(target, 1)) * 100));
  return `${String(share).padStart(3)} %  position ${grouped(replayed)} of ${grouped(target)}  ${
    grouped(eventsPerSecond)
  } events/s`;
}

/** One line that changes on a terminal, a line each elsewhere. */
function progressLine({ print, isTerminal }: CommandLineOptions): (text: string) => void {
  return (text) => print(isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
}
