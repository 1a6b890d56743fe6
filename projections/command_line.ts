import { type CommandOptions, operatorsCommand } from "@headwater/core";
import { projectionsActs, type ProjectionsContext } from "./acts.ts";

export type CommandLineOptions = ProjectionsContext & Omit<CommandOptions<unknown>, "context">;

/** `deno task projections …`. Resolves to the exit code: 0 done, 1 failed, 2 not understood. */
export async function projectionsCommand(
  words: readonly string[],
  options: CommandLineOptions,
): Promise<number> {
  const [name = ""] = words;
  if (["switch", "rollback", "parked"].includes(name)) {
    options.print(
      `Cannot do "${name}": a rebuild fills the table in place, so there is nothing to switch, to go back to or to park\n`,
    );
    return await operatorsCommand(projectionsActs, [], { ...options, context: options });
  }
  return await operatorsCommand(projectionsActs, words, { ...options, context: options });
}
