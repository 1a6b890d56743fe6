import { parseArgs } from "node:util";
import { withSeed } from "../faults/fault_seed.ts";
import { killProjections } from "../projections/kill_projections.ts";

const help = `deno task soak projections [--kills N] [--seed N]

Kills processes that keep a read model, and operators at it, with SIGKILL at random moments of build, verify, switch,
rollback and live, while events are appended and the read model is read. Fails where a query fails, shows less than one
before or two generations, and where the read model is not what its log comes to in the end; some ten minutes.

    --kills N  1 to 10000 (default 200)
    --seed N   what happens when, as in the run that said so
    --help     this text
`;

/** A history that takes a moment to be built. */
const events = 50_000;

/** `deno task soak projections`. Resolves with the exit code: 0 done, 2 not understood. */
export async function soakProjections(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (!options) {
    say(help);
    return args.includes("--help") ? 0 : 2;
  }
  const { kills, seed } = options;
  say(`Seed ${seed}\n`);
  await withSeed(seed, async () => {
    const report = await killProjections({ kills, seed, events, say: (line) => say(`${line}\n`) });
    const { moments, ...rest } = report;
    for (const [what, count] of Object.entries({ ...rest, ...moments })) {
      say(`${what.padEnd(24)} ${count}\n`);
    }
  });
  return 0;
}

function optionsOf(
  args: readonly string[],
): { readonly kills: number; readonly seed: number } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        kills: { type: "string", default: "200" },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        help: { type: "boolean", default: false },
      },
    });
    const { help, kills, seed } = values;
    const areNumbers = /^[1-9]\d{0,3}$|^10000$/.test(kills) && /^\d{1,9}$/.test(seed);
    return areNumbers && !help ? { kills: Number(kills), seed: Number(seed) } : undefined;
  } catch {
    return undefined;
  }
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
