import { Unavailable } from "@headwater/core";
import { z } from "zod";
import { askEach } from "../troubles/ask_each.ts";
import type { ConsoleDependencies } from "../context/console_context.ts";

const route = z.looseObject({
  route: z.string(),
  mode: z.enum(["legacy", "canary", "new"]),
  percent: z.number(),
  shadowPercent: z.number(),
  isKilled: z.boolean(),
  pinnedLegacy: z.number(),
  pinnedNew: z.number(),
  rollBacks: z.number(),
  changedAt: z.string().nullable(),
  changedBy: z.string().nullable(),
  reason: z.string().nullable(),
});

const report = z.looseObject({
  since: z.string().nullable(),
  samples: z.number(),
  mismatchRate: z.number(),
  noiseSamples: z.number(),
  dropped: z.number(),
  fields: z.array(z.looseObject({
    field: z.string(),
    raw: z.number(),
    noise: z.number(),
    counts: z.boolean(),
  })),
  examples: z.array(z.looseObject({
    at: z.string(),
    request: z.string(),
    differences: z.array(z.looseObject({ field: z.string() })),
  })),
  isSafeToRaise: z.boolean(),
  verdict: z.string(),
});

/** A strangled route, as `routes list` tells it. */
export type ShownRoute = z.infer<typeof route> & { readonly service: string };
/** What asking the new side beside the legacy one has shown, as `routes report` tells it. */
export type ShownReport = z.infer<typeof report>;

/** All strangled routes, with the service that keeps them. */
export async function strangledRoutes(
  context: ConsoleDependencies,
  signal: AbortSignal,
): Promise<{ readonly routes: readonly ShownRoute[]; readonly silent: readonly string[] }> {
  const silent: string[] = [];
  const found = await askEach(context, {
    ...{ path: "routes", schema: z.array(route), signal },
    onSilent: (service) => silent.push(service),
  });
  const routes = found.flatMap(({ service, value }) => value.map((each) => ({ ...each, service })));
  return { routes, silent };
}

/** Undefined: there is none of that name. Errors: `Unavailable` where it may be with a service that does not answer. */
export async function strangledRoute(
  context: ConsoleDependencies,
  { route, signal }: { readonly route: string; readonly signal: AbortSignal },
): Promise<ShownRoute | undefined> {
  const { routes, silent } = await strangledRoutes(context, signal);
  const found = routes.find((each) => each.route === route);
  if (!found && silent.length > 0) {
    const who = `${silent.join(", ")} ${silent.length === 1 ? "does" : "do"} not answer`;
    throw new Unavailable(`Cannot tell of route "${route}": ${who}`);
  }
  return found;
}

/** Errors: the `Refusal` where there is no such route. */
export async function shadowReport(
  { ask }: ConsoleDependencies,
  { service, route, signal }: {
    readonly service: string;
    readonly route: string;
    readonly signal: AbortSignal;
  },
): Promise<ShownReport> {
  const asked = { service, path: "routes/report", args: { route }, changes: false, signal };
  return report.parse(await ask(asked));
}
