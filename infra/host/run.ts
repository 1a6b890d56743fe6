import { acts, machine } from "@headwater/core";
import { type Application, ownedOfAll } from "./application.ts";
import { type Config, environment, readConfig } from "./config.ts";
import { describeFailure } from "./describe_failure.ts";
import { dev, devSplit } from "./dev.ts";
import { endAnyway } from "./end_anyway.ts";
import { listenForInterruption } from "./interruption.ts";
import { createLogger } from "./logger.ts";
import { fromEnvironment, operate } from "./operate.ts";
import { operateCalls } from "./operate_calls.ts";
import { resilienceOf } from "./resilience_file.ts";
import { operatorsActs } from "./operators_acts.ts";
import { configHelp, type OwnFlags } from "./settings.ts";
import {
  type AloneOptions,
  serveGateway,
  serveService,
  untilSupervisorEnds,
} from "./serve_alone.ts";

type Command = (args: readonly string[]) => Promise<number>;
/** @internal */
type Commands = Readonly<Record<string, Command>>;

/** Load balancers look every few seconds. */
const defaultLameDuckMs = 5_000;
/** More than any answer takes but those that go on. */
const longestFinishMs = 15_000;
/** Then read models, processes and connections are ended; together with the lame duck less than the 30 s after which Kubernetes kills. */
const longestDrainMs = 22_000;

/** Runs the command that the command line names, of the application's own or of ours, and ends the process with its exit code. */
export async function run(application: Application, more: Commands = {}): Promise<never> {
  const commands = { ...commandsOf(application), ...more };
  Deno.exit(await runCommand(commands, Deno.args));
}

function commandsOf(application: Application): Commands {
  return {
    async dev(args) {
      const split = args.includes("--split");
      const own = { "--split": "a process for each service, over a real event store" };
      const config = configOf(application, args, { own });
      if (config.help) return help(application, own);
      if (Deno.stdout.isTerminal()) {
        clearScreen();
        if (!split) print(`Starting "${application.name}" …`);
      }
      const logger = createLogger({ level: config.logLevel ?? "warn" });
      using interruption = listenForInterruption();
      const { signal } = interruption;
      using _end = endAnyway(signal, { print, exit: () => Deno.exit(0) });
      try {
        await (split ? devSplit : dev)(application, { config, logger, print, signal });
      } catch (error) {
        // Before it had started: it has stopped, which is all that was asked for
        if (error !== signal.reason) throw error;
      }
      return 0;
    },
    async service([name = "", ...args]) {
      const definition = application.services.find((service) => service.name === name);
      if (!definition) {
        const names = application.services.map((service) => service.name).join(", ");
        print(`Cannot run service "${name}": services are ${names}`);
        return 2;
      }
      return await alone(application, args, {
        name,
        run: async (options) =>
          await serveService(definition, {
            ...options,
            owned: ownedOfAll(application),
            settingsOf: await resilienceOf(application, options.config.resilienceFile),
          }),
      });
    },
    gateway: (args) =>
      alone(application, args, {
        name: "gateway",
        run: (options) => serveGateway(application, options),
      }),
    async eventstore(args) {
      // The other commands need nothing of it.
      const { eventStoreCommand } = await import("@headwater/event-store/cli");
      return await eventStoreCommand(args, { env: Deno.env, print });
    },
    ...operatorsCommands(application),
  };
}

/** A command for each engine that operators act on. */
function operatorsCommands(application: Application): Commands {
  const engines = operatorsActs(({ engine, changes }) => {
    const given = fromEnvironment(application);
    return engine === "calls"
      ? operateCalls(given.config)
      : operate(application, { ...given, changes });
  });
  return Object.fromEntries(
    Object.entries(engines).map(([engine, own]): [string, Command] => [engine, async (words) => {
      using interruption = listenForInterruption();
      const { signal } = interruption;
      const isTerminal = Deno.stdout.isTerminal();
      return await acts.operatorsCommand(own, words, {
        context: { actor: userName() },
        print: write,
        complain: (text) => writeTo(Deno.stderr, text),
        isTerminal,
        signal,
      });
    }]),
  );
}

/** Who sits at the terminal, as far as it can be seen; what operators do is known by it. */
function userName(): string {
  for (const name of ["USER", "LOGNAME", "USERNAME"]) {
    if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") continue;
    const found = Deno.env.get(name);
    if (found) return found;
  }
  return "operator";
}

/** Runs a part of an application in a process of its own; `--supervised`: until standard input closes. */
async function alone(
  application: Application,
  args: readonly string[],
  { name, run }: {
    readonly name: string;
    run(options: AloneOptions): Promise<void>;
  },
): Promise<number> {
  const isSupervised = args.includes("--supervised");
  const own = { "--supervised": "stop when standard input closes" };
  const config = configOf(application, args, { own });
  if (config.help) return help(application, own);
  // Several of them write to one terminal.
  const logger = machine.withFields(createLogger({ level: config.logLevel ?? "info" }), {
    process: name,
  });
  using interruption = listenForInterruption();
  // A Ctrl-C on a terminal reaches every process at once; the supervisor says when it is our turn.
  const signal = isSupervised ? untilSupervisorEnds() : interruption.signal;
  // Others go on who have to learn that this one goes; a supervisor, and who sits at a terminal, ends them all
  const isAmongOthers = !isSupervised && !Deno.stdout.isTerminal();
  const lameDuckMs = isAmongOthers ? config.lameDuckMs ?? defaultLameDuckMs : 0;
  using _end = endAnyway(signal, {
    print,
    exit: () => Deno.exit(0),
    ...(isAmongOthers && { ms: lameDuckMs + longestDrainMs }),
  });
  const finishMs = isAmongOthers ? longestFinishMs : undefined;
  await run({ config, logger, signal, isSupervised, lameDuckMs, finishMs });
  return 0;
}

/** What is set for a command, which has flags of its own. */
function configOf(
  application: Application,
  args: readonly string[],
  { own }: { readonly own: OwnFlags },
): Config {
  return readConfig(application, { args, own: Object.keys(own), env: environment() });
}

function help(application: Application, own: OwnFlags): number {
  print(configHelp(application, own));
  return 0;
}

/** As a fresh one; what was on it can be scrolled to. */
function clearScreen(): void {
  const { rows } = Deno.consoleSize();
  write(`${"\n".repeat(Math.max(0, rows - 1))}\x1b[H\x1b[J`);
}

function write(text: string): void {
  writeTo(Deno.stdout, text);
}

function writeTo(stream: Pick<typeof Deno.stdout, "writeSync">, text: string): void {
  stream.writeSync(new TextEncoder().encode(text));
}

function print(line: string): void {
  // deno-lint-ignore no-console -- the command line's own output
  console.log(line);
}

async function runCommand(
  commands: Commands,
  [name = "", ...args]: readonly string[],
): Promise<number> {
  const command = commands[name];
  if (!command) {
    print(`Cannot run "${name}": commands are ${Object.keys(commands).join(", ")}`);
    return 2;
  }
  try {
    return await command(args);
  } catch (error) {
    // deno-lint-ignore no-console -- as above
    console.error(describeFailure(error));
    return 1;
  }
}
