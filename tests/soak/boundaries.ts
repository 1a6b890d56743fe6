import { parseArgs } from "node:util";
import { listenForInterruption } from "@headwater/host";
import { openBoundaryShop } from "../faults/boundary_shop.ts";
import { type Boundaries, crashAtBoundaries } from "../faults/step_boundaries.ts";

const help = `deno task soak boundaries [--seed N] [--crashes N] [--only ID]

Plays orders of every course in a shop of one process for each service, and kills with SIGKILL, at every boundary of
their fulfilment's steps, the order service, the participant, the event store and PostgreSQL, one at a time. After each
crash all invariants must hold. Fails at the first that does not; some twenty minutes.

    --seed N     who is killed when, as in the run that said so
    --crashes N  only the first of the plan
    --only ID    only this one of the plan
    --help       this text
`;

export type BoundaryOptions = {
  readonly seed: number;
  readonly most?: number;
  readonly only?: string;
};

/** `deno task soak boundaries`. Resolves with the exit code: 0 all held, 1 something did not, 2 not understood. */
export async function soakBoundaries(args: readonly string[]): Promise<number> {
  const options = boundaryOptionsOf(args);
  if (!options) {
    say(help);
    return args.includes("--help") ? 0 : 2;
  }
  using interruption = listenForInterruption();
  const { signal } = interruption;
  say(`Seed ${options.seed}\n`);
  try {
    await using shop = await openBoundaryShop();
    const ran = await crashAtBoundaries(shop, {
      ...options,
      signal,
      say: (line) => say(`${line}\n`),
    });
    await shop.stop();
    const lines = boundaryReport(ran, options);
    for (const line of lines) say(`${line}\n`);
    const isComplete = !isWhole(options) || ran.untried.length === 0;
    return ran.broken === undefined && isComplete ? 0 : 1;
  } catch (error) {
    if (!signal.aborted) throw error;
    say("Interrupted: everything was stopped and removed\n");
    return 130;
  }
}

/** Lines for people; the last says all. */
export function boundaryReport(
  { planned, tried, crashes, exact, missed, untried, broken }: Boundaries,
  options: BoundaryOptions,
): readonly string[] {
  const all = `deno task soak boundaries --seed ${options.seed}`;
  return [
    ...missed.map((crash) => `not reached: ${crash}`),
    ...isWhole(options) && untried.length > 0
      ? [`no boundary of these steps: ${untried.join(", ")}`]
      : [],
    ...broken ? [broken.cause] : [],
    `${tried} boundaries tried, ${crashes} crashes of ${planned} injected (${exact} of them before the order had gone on), violations ${
      broken ? 1 : 0
    }; again: ${all}, one alone: ${all} --only ${broken?.crash.id ?? "ID"}`,
  ];
}

/** Nothing of the plan is left out. */
function isWhole({ most, only }: BoundaryOptions): boolean {
  return most === undefined && only === undefined;
}

/** Undefined: not understood, or help is wanted. */
export function boundaryOptionsOf(args: readonly string[]): BoundaryOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        crashes: { type: "string" },
        only: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    const { help, seed, crashes: most, only } = values;
    const areKnown = /^[1-9]\d{0,3}$/.test(most ?? "1") && /^[\da-f]{7}$/.test(only ?? "0000000") &&
      /^\d{1,9}$/.test(seed);
    if (help || !areKnown) return undefined;
    return {
      seed: Number(seed),
      ...(most !== undefined && { most: Number(most) }),
      ...(only !== undefined && { only }),
    };
  } catch {
    return undefined;
  }
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
