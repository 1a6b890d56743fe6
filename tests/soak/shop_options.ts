import { parseArgs } from "node:util";

const fewest = 200;
const most = 100_000;
const usual = 50_000;
const greatestSeed = 999_999_999;

export const shopHelp = `deno task soak shop [--orders N] [--seed N] [--one-process] [--split]

Places orders of every outcome while PostgreSQL is killed, frozen and restarted and processes are killed: in one process,
then in a process for each service. Shows what was done, how long it took until all was served again, and what memory
did; fails where an invariant does not hold, memory does not stay flat, or rest takes too long.

    --orders N     how many in each, ${fewest} to ${most} (default ${usual})
    --seed N       what happens when, as in the run that said so
    --one-process  only all in one process
    --split        only a process for each service
    --help         this text
`;

export type Topology = "one process" | "split";

export type ShopSoakOptions = {
  readonly help: boolean;
  readonly orders: number;
  readonly seed: number;
  readonly topologies: readonly Topology[];
};

/** A sentence for people where the arguments do not fit. */
export function readShopOptions(args: readonly string[]): ShopSoakOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        orders: { type: "string", default: String(usual) },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        "one-process": { type: "boolean", default: false },
        split: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const { help, split, "one-process": one } = values;
    return {
      help,
      orders: wholeNumber(values, { name: "orders", least: fewest, greatest: most }),
      seed: wholeNumber(values, { name: "seed", least: 0, greatest: greatestSeed }),
      topologies: [
        ...(one || !split ? ["one process" as const] : []),
        ...(split || !one ? ["split" as const] : []),
      ],
    };
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    if (error instanceof TypeError) return `${error.message}\n\n${shopHelp}`;
    throw error;
  }
}

function wholeNumber<Name extends string>(
  values: Readonly<Record<Name, string>>,
  { name, least, greatest }: {
    readonly name: Name;
    readonly least: number;
    readonly greatest: number;
  },
): number {
  const text = values[name];
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= greatest) return value;
  throw new RangeError(
    `Cannot use "${text}" as --${name}: it takes a whole number from ${least} to ${greatest}`,
  );
}
