import { listInstances } from "@headwater/sagas";
import type { ServiceDatabase } from "./application.ts";

const usage = `Usage:
  list [--json]    unfinished instances of every process, longest running first
`;

export type SagasOptions = {
  /** Of the services that run processes. */
  readonly databases: readonly ServiceDatabase[];
  /** Takes text as it is, with its own ends of lines. */
  print(text: string): void;
  /** Milliseconds since 1970. */
  now(): number;
};

/** `deno task sagas …`. Resolves to the exit code: 0 done, 2 not understood. */
export async function sagasCommand(
  args: readonly string[],
  { databases, print, now }: SagasOptions,
): Promise<number> {
  const [command, ...flags] = args;
  if (command !== "list" || flags.some((flag) => flag !== "--json")) {
    const isHelp = command === "--help";
    if (command && !isHelp) print(`Cannot understand "${args.join(" ")}"\n`);
    print(usage);
    return isHelp ? 0 : 2;
  }
  const instances = (await Promise.all(databases.map(({ sql }) => listInstances(sql)))).flat();
  const listed = instances.map(({ process, id, state, step, startedAt }) => ({
    id,
    type: process,
    definition: process,
    state,
    step,
    startedAt,
    ageMs: now() - Date.parse(startedAt),
    keys: [id],
  }));
  if (flags.length > 0) print(`${JSON.stringify(listed)}\n`);
  else if (instances.length === 0) print("No instance of a process is unfinished\n");
  for (const { process, id, state, step, cause, startedAt } of flags.length > 0 ? [] : instances) {
    print(
      `${state.padEnd(8)} ${process} ${id}  ${step ?? ""}  since ${startedAt}  ${cause ?? ""}\n`,
    );
  }
  return 0;
}
