import { projectionsCommand } from "@headwater/projections";
import type { Application } from "./application.ts";
import { configHelp, readConfig } from "./config.ts";
import { describeFailure } from "./describe_failure.ts";
import { dev, devSplit } from "./dev.ts";
import { listenForInterruption } from "./interruption.ts";
import { createLogger, withFields } from "./logger.ts";
import { operate } from "./operate.ts";
import { sagasCommand } from "./sagas.ts";
import {
  type AloneOptions,
  serveGateway,
  serveService,
  untilSupervisorEnds,
} from "./split/serve_alone.ts";

type Command = (args: readonly string[]) => Promise<number>;
type Commands = Readonly<Record<string, Command>>;

/** Runs the command that the command line names, of the application's own or of ours, and ends the process with its exit code. */
export async function run(application: Application, more: Commands = {}): Promise<never> {
  const commands = { ...commandsOf(application), ...more };
  Deno.exit(await runCommand(commands, Deno.args));
}

function commandsOf(application: Application): Commands {
  return {
    async dev(args) {
      const split = args.includes("--split");
      const config = readConfig({ args: args.filter((arg) => arg !== "--split"), env: Deno.env });
      if (config.help) {
        return help("--split    a process for each service, over a real event store");
      }
      const logger = createLogger({ level: config.logLevel });
      using interruption = listenForInterruption();
      const { signal } = interruption;
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
      return await alone(args, { name, run: (options) => serveService(definition, options) });
    },
    gateway: (args) =>
      alone(args, { name: "gateway", run: (options) => serveGateway(application, options) }),
    async eventstore(args) {
      // The other commands need nothing of it.
      const { eventStoreCommand } = await import("@headwater/event-store/cli");
      return await eventStoreCommand(args, { env: Deno.env, print });
    },
    async projections(args) {
      await using operated = await operate(application, operatorsView());
      using interruption = listenForInterruption();
      const { signal } = interruption;
      return await projectionsCommand(args, {
        ...operated,
        print: write,
        isTerminal: Deno.stdout.isTerminal(),
        signal,
      });
    },
    async sagas(args) {
      await using operated = await operate(application, operatorsView());
      const running = application.services.filter(({ sagas }) => sagas.length > 0);
      const databases = operated.databases.filter(({ service }) =>
        running.some(({ name }) => name === service)
      );
      return await sagasCommand(args, { databases, print: write, now: Date.now });
    },
  };
}

/** Runs a part of the shop in a process of its own; `--supervised`: until standard input closes. */
async function alone(
  args: readonly string[],
  { name, run }: {
    readonly name: string;
    run(options: AloneOptions): Promise<void>;
  },
): Promise<number> {
  const config = readConfig({ args: args.filter((arg) => arg !== "--supervised"), env: Deno.env });
  if (config.help) return help("--supervised    stop when standard input closes");
  // Several of them write to one terminal.
  const logger = withFields(createLogger({ level: config.logLevel }), { process: name });
  using interruption = listenForInterruption();
  // A Ctrl-C on a terminal reaches every process at once; the supervisor says when it is our turn.
  const signal = args.includes("--supervised") ? untilSupervisorEnds() : interruption.signal;
  await run({ config, logger, signal });
  return 0;
}

function help(more: string): number {
  print(`${configHelp()}\n    ${more}\n`);
  return 0;
}

/** Operators' commands have words of their own, so their settings come from the environment alone. */
function operatorsView() {
  return {
    config: readConfig({ args: [], env: Deno.env }),
    logger: createLogger({ level: "error" }),
  };
}

function write(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
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
