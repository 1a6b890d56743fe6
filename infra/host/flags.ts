/** What was given on a command line. */
export type Flags = {
  /** By flag, `--port` for example; the last one counts. */
  readonly values: ReadonlyMap<string, string>;
  readonly help: boolean;
  /** What cannot be understood, in the order given. */
  readonly problems: readonly string[];
};

/** Reads `--flag value` and `--flag=value`, where every flag but `--help` and the switches has a value. */
export function readFlags(
  args: readonly string[],
  known: readonly string[],
  { switches = [], own = [] }: {
    /** Those of the known that are said by being there: then they are `true`. */
    readonly switches?: readonly string[];
    /** Of the command itself, which reads them: said by being there, and left out here. */
    readonly own?: readonly string[];
  } = {},
): Flags {
  const values = new Map<string, string>();
  const problems: string[] = [];
  let help = false;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [flag = "", ...valueParts] = arg.split("=");
    if (arg === "--help") {
      help = true;
    } else if (own.includes(arg)) {
      continue;
    } else if (!flag.startsWith("-")) {
      problems.push(`unexpected argument "${arg}"`);
    } else if (!known.includes(flag)) {
      problems.push(`unknown flag "${flag}", known: ${[...known, ...own, "--help"].join(", ")}`);
    } else {
      const next = rest[0];
      const value = valueParts.length > 0
        ? valueParts.join("=")
        : switches.includes(flag)
        ? "true"
        : next === undefined || next.startsWith("--")
        ? undefined
        : rest.shift();
      if (value === undefined) problems.push(`${flag} lacks its value`);
      else values.set(flag, value);
    }
  }
  return { values, help, problems };
}
