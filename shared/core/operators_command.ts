import { messageOf } from "./failures.ts";
import { inOneLine } from "./levelled_log.ts";
import type { ActContext, OperatorsAct } from "./operators_act.ts";
import { Refusal } from "./refusal.ts";

/** What an act is given, and where a command line shows what comes of it. */
export type CommandOptions<Context> = {
  readonly context: Context;
  /** Takes text as it is, with its own ends of lines. */
  print(text: string): void;
  /** Takes, as it is, what was not understood, refused or has failed; else `print` does. */
  complain?(text: string): void;
  /** Progress is then one line that changes. */
  readonly isTerminal: boolean;
  readonly signal?: AbortSignal;
};

/**
 * A command line made from acts: `NAME ARGUMENT … [--OPTION …] [--json]`. With `--json` it prints one JSON value and nothing else,
 * or complains and prints nothing.
 * Resolves to the exit code: 0 done, 1 failed or not done, 2 not understood.
 */
export async function operatorsCommand<Context>(
  acts: readonly OperatorsAct<Context>[],
  words: readonly string[],
  { context, print, complain = print, isTerminal, signal = new AbortController().signal }:
    CommandOptions<Context>,
): Promise<number> {
  const isJson = words.includes("--json");
  const plain = words.filter((word) => word !== "--json");
  const named = acts.find(({ name }) => `${plain.join(" ")} `.startsWith(`${name} `));
  const { args, problems = [] } = named ? argumentsOf(named, plain) : {};
  if (!named || !args) {
    const isHelp = plain.includes("--help") || plain[0] === "help";
    const usage = usageOf(named ? [named] : acts);
    if (isHelp) {
      print(usage);
      return 0;
    }
    if (plain.length > 0) {
      complain([`Cannot understand "${words.join(" ")}"`, ...problems, ""].join("\n"));
    }
    complain(usage);
    return 2;
  }
  let isLineOpen = false;
  let told = "";
  let shown: readonly string[] = [];
  const surroundings: ActContext = {
    signal,
    ...(!isJson && { show }),
    progress(line) {
      if (isJson || line === told) return;
      told = line;
      print(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
      isLineOpen = isTerminal;
    },
  };
  function show(lines: readonly string[]): void {
    const news = isTerminal ? lines : lines.filter((line) => !shown.includes(line));
    shown = lines;
    if (news.length > 0) print(`${isTerminal ? clearScreen : ""}${news.join("\n")}\n`);
  }
  const closeLine = () => isLineOpen && print("\r\x1b[K");
  try {
    const { value, text, isDone } = await named.run(args, { ...context, ...surroundings });
    closeLine();
    if (isJson || text !== "") print(`${isJson ? JSON.stringify(value) : harmless(text)}\n`);
    return isDone ? 0 : 1;
  } catch (error) {
    closeLine();
    complain(`${harmless(messageOf(error))}\n`);
    return error instanceof Refusal ? 2 : 1;
  }
}

/** Lines that may quote whatever somebody sent, which must not steer the terminal. */
function harmless(text: string): string {
  return text.split("\n").map(inOneLine).join("\n");
}

/** As wide as most terminals are at least. */
const longestLine = 80;
/** And go to its upper left corner. */
const clearScreen = "\x1b[2J\x1b[H";

/** No `args`: the words do not fit what the act takes; `problems` are what is missing, or allowed instead. */
function argumentsOf<Context>(
  { name, args, options: listed = [], unlisted = [] }: OperatorsAct<Context>,
  words: readonly string[],
): { readonly args?: Record<string, unknown>; readonly problems?: readonly string[] } {
  const given = new Map<string, unknown>();
  const options = [...listed, ...unlisted];
  const free = Object.keys(args.shape).filter((key) => !options.includes(key));
  const rest = words.slice(name.split(" ").length);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [flag, ...value] = word.split("=");
    const option = options.find((key) => flag === flagOf(key));
    const key = option ?? (word.startsWith("-") ? undefined : free.shift());
    if (key === undefined) {
      const isOption = word.startsWith("-");
      return {
        problems: [isOption ? `  ${flag}: no such option` : `  "${word}": a word too many`],
      };
    }
    if (given.has(key)) return { problems: [`  ${flag}: given more than once`] };
    const said = value.length > 0 ? value.join("=") : undefined;
    if (option === undefined) given.set(key, word);
    else if (isSwitch(args.shape[key]!)) given.set(key, said ?? true);
    // What is left out does not fit, also where it need not be given
    else given.set(key, said ?? rest.shift() ?? null);
  }
  const { data, error } = args.safeParse(Object.fromEntries(given));
  if (data) return { args: data };
  const problems = error.issues.map(({ path, message }) => {
    const key = path.join(".");
    const word = options.includes(key) ? flagOf(key) : key.toUpperCase();
    if (!given.has(key)) return `  ${word} is missing`;
    return given.get(key) === null ? `  ${word}: its value is missing` : `  ${word}: ${message}`;
  });
  return { problems };
}

function usageOf<Context>(acts: readonly OperatorsAct<Context>[]): string {
  const usage = acts.flatMap(({ name, args, options = [], unlisted = [], summary }) => {
    const shown = Object.entries(args.shape).filter(([key]) => !unlisted.includes(key));
    const words = shown.map(([key, schema]) => {
      const word = !options.includes(key)
        ? key.toUpperCase()
        : isSwitch(schema)
        ? flagOf(key)
        : `${flagOf(key)} TEXT`;
      return schema.isOptional() ? `[${word}]` : word;
    });
    return [...wrapped([name, ...words, "[--json]"]), `      ${summary}`];
  });
  return `Usage:\n${usage.join("\n")}\n`;
}

/** Lines that fit a terminal, those after the first further in. */
function wrapped(words: readonly string[]): readonly string[] {
  const lines: string[] = [];
  let line = " ";
  for (const word of words) {
    if (line.length + 1 + word.length > longestLine) {
      lines.push(line);
      line = "   ";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

/** `noSwitch` is `--no-switch`. */
function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** It is said by being there; a number, which takes `true` for 1, is not. */
function isSwitch(schema: { safeParse(value: unknown): { readonly data?: unknown } }): boolean {
  return schema.safeParse(true).data === true;
}
