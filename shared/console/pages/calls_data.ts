import { z } from "zod";
import type { ConsoleDependencies } from "../context/console_context.ts";

const call = z.looseObject({
  process: z.string(),
  caller: z.string(),
  target: z.string(),
  calls: z.string(),
  breaker: z.enum(["closed", "open", "half-open", "isolated", "unknown"]),
  running: z.number(),
  waiting: z.number(),
  places: z.number(),
  isolation: z.looseObject({
    by: z.string(),
    reason: z.string().nullable(),
    since: z.string(),
  }).nullable(),
});

/** How it stands with somebody's calls to a target, as `calls list` tells it. */
export type ShownCall = z.infer<typeof call>;

/** Who does what is done to calls: the gateway, which knows all processes. */
export const callsService = "gateway";

/** Who calls whom, from all processes. */
export async function callsOfAll(
  { ask }: ConsoleDependencies,
  signal: AbortSignal,
): Promise<readonly ShownCall[]> {
  const asked = { service: callsService, path: "calls", args: {}, changes: false, signal };
  return z.array(call).parse(await ask(asked));
}
