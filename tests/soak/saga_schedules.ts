import { exploreSaga } from "@headwater/testing/explorer";
import { parseArgs } from "node:util";
import { stagedSaga } from "../domain/staged_sagas.ts";

const mostSchedules = 10_000_000;
const usual = 100_000;
/** Between two lines that say how far it is. */
const step = 10_000;

const help = `deno task soak sagas [--schedules N] [--seed N]

Drives the sagas of the shop, and sagas of up to six steps that are made up, through what may happen: every outcome,
duplicates, what is lost or late, other orders between participants, times, cancellations, crashes, acts of operators. At
rest all must be done; or all that was done undone, the last first, once; or it is stuck, and says so. Fails at the first
that is not, with the shortest history that shows it; some minutes.

    --schedules N  1 to ${mostSchedules} (default ${usual})
    --seed N       of the first schedule, each later one has the next
    --help         this text
`;

/** What was run, and what was found. */
export type Schedules = {
  readonly schedules: number;
  readonly crashes: number;
  readonly acts: number;
  /** The history of the first that breaks it, with its seed; absent: none does. */
  readonly broken?: { readonly seed: number; readonly story: string };
};

/** `deno task soak sagas`. Resolves with the exit code: 0 done, 1 something breaks a saga, 2 not understood. */
export function soakSagas(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (!options) {
    say(help);
    return Promise.resolve(args.includes("--help") ? 0 : 2);
  }
  say(`Seed ${options.seed}\n`);
  const ran = runSchedules({ ...options, ran: (count) => say(`${count} schedules\n`) });
  for (const line of reportOf(ran, options)) say(`${line}\n`);
  return Promise.resolve(ran.broken ? 1 : 0);
}

/** One schedule for each seed, until one breaks its saga. `ran`: is told now and then how many there were. */
export function runSchedules(
  { seed, schedules, ran = () => {} }: {
    readonly seed: number;
    readonly schedules: number;
    readonly ran?: (count: number) => void;
  },
): Schedules {
  let crashes = 0;
  let acts = 0;
  for (let count = 0; count < schedules; count++) {
    const one = exploreSaga(stagedSaga(seed + count), { seed: seed + count, schedules: 1 });
    crashes += one.crashes;
    acts += one.acts;
    if (one.broken !== undefined) {
      const broken = { seed: seed + count, story: one.broken };
      return { schedules: count + 1, crashes, acts, broken };
    }
    if ((count + 1) % step === 0) ran(count + 1);
  }
  return { schedules, crashes, acts };
}

/** Lines for people; the last says all. */
export function reportOf(
  { schedules, crashes, acts, broken }: Schedules,
  { seed }: { readonly seed: number },
): readonly string[] {
  const again = `deno task soak sagas --schedules 1 --seed ${broken?.seed ?? "SEED"}`;
  const seeds = `seeds ${seed} to ${seed + schedules - 1}`;
  return [
    ...(broken ? [broken.story] : []),
    `${schedules} schedules run (${seeds}), ${crashes} crashes injected, ${acts} acts of operators, violations ${
      broken ? 1 : 0
    }; one again: ${again}`,
  ];
}

/** Undefined: not understood, or help is wanted. */
export function optionsOf(
  args: readonly string[],
): { readonly schedules: number; readonly seed: number } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        schedules: { type: "string", default: String(usual) },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        help: { type: "boolean", default: false },
      },
    });
    const { help, schedules, seed } = values;
    const areNumbers = /^[1-9]\d{0,7}$/.test(schedules) && /^\d{1,9}$/.test(seed) &&
      Number(schedules) <= mostSchedules;
    return areNumbers && !help ? { schedules: Number(schedules), seed: Number(seed) } : undefined;
  } catch {
    return undefined;
  }
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
