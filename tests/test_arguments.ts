/** Options of `deno test` whose value may stand apart; others have it after "=", else it is taken for a name. */
const apart = new Set([
  "--filter",
  "--junit-path",
  "--repeats",
  "--reporter",
  "--retry",
  "--seed",
  "--shard",
]);

/** What is named is told from options wherever it stands: nobody who names something waits for all tests. */
export function testArguments(
  args: readonly string[],
): { readonly named: readonly string[]; readonly options: readonly string[] } {
  const named: string[] = [];
  const options: string[] = [];
  for (const [place, arg] of args.entries()) {
    const isOption = arg.startsWith("-") || apart.has(args[place - 1] ?? "");
    (isOption ? options : named).push(arg);
  }
  return { named, options };
}
