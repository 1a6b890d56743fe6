import { parseArgs } from "node:util";
import { type ApiRun, askApi } from "../api/api_run.ts";
import { openApiShop } from "../api/api_shop.ts";

const mostRequests = 1_000_000;
const usual = 10_000;

const help = `deno task soak api [--requests N] [--seed N]

Asks the whole shop, in this process, over HTTP, for what its own /openapi.json lets one ask for: requests as described,
nearly so, and hostile ones. None may be answered 500, and every answer has to be as described: status, type, headers,
code, and every field of the body. Each operation has to succeed at least once.

    --requests N   1 to ${mostRequests} (default ${usual})
    --seed N       of the requests: the same ones again
    --help         this text
`;

/** `deno task soak api`. Resolves with the exit code: 0 done, 1 an answer is not as described, 2 not understood. */
export async function soakApi(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (!options) {
    say(help);
    return args.includes("--help") ? 0 : 2;
  }
  say(`Seed ${options.seed}\n`);
  await using shop = await openApiShop();
  const ran = await askApi({ ...shop, ...options });
  await shop.atRest();
  for (const line of reportOf(ran, options)) say(`${line}\n`);
  return ran.faults.length + ran.neverSucceeded.length > 0 ? 1 : 0;
}

/** Lines for people; the last says all. */
export function reportOf(
  { requests, answers, faults, neverSucceeded }: ApiRun,
  { seed }: { readonly seed: number },
): readonly string[] {
  const never = neverSucceeded.length === 0
    ? "every operation succeeded"
    : `never succeeded: ${neverSucceeded.join(", ")}`;
  return [
    ...Object.entries(answers).map(([name, count]) => `${String(count).padStart(7)}  ${name}`),
    ...faults,
    `${requests} requests, ${faults.length} kinds of answers not as described, ${never}; again: deno task soak api --seed ${seed} --requests ${requests}`,
  ];
}

/** Undefined: not understood, or help is wanted. */
export function optionsOf(
  args: readonly string[],
): { readonly requests: number; readonly seed: number } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        requests: { type: "string", default: String(usual) },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        help: { type: "boolean", default: false },
      },
    });
    const { help, requests, seed } = values;
    const areNumbers = /^[1-9]\d{0,6}$/.test(requests) && /^\d{1,9}$/.test(seed) &&
      Number(requests) <= mostRequests;
    return areNumbers && !help ? { requests: Number(requests), seed: Number(seed) } : undefined;
  } catch {
    return undefined;
  }
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
