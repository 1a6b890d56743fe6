import { z } from "zod";
import { askEach } from "../troubles/ask_each.ts";
import type { ConsoleDependencies } from "../context/console_context.ts";

const progress = z.object({
  replayed: z.number(),
  target: z.number(),
  eventsPerSecond: z.number(),
});

const generation = z.looseObject({
  service: z.string(),
  name: z.string(),
  generation: z.number().nullable(),
  state: z.string(),
  since: z.string().nullable(),
  cause: z.string().nullable(),
  lagMs: z.number(),
  caughtUp: z.boolean(),
  position: z.number().nullable(),
  version: z.number(),
  needsRebuild: z.boolean(),
  parkedKeys: z.number(),
  progress: progress.nullable(),
  owner: z.string().nullable(),
});

const shown = z.looseObject({
  service: z.string(),
  name: z.string(),
  version: z.number(),
  generations: z.array(generation.extend({
    status: z.string().nullable(),
    verdict: z.object({
      position: z.number().nullable(),
      differing: z.number(),
      examples: z.array(z.looseObject({
        key: z.string(),
        before: z.unknown(),
        after: z.unknown(),
        objection: z.string().optional(),
      })),
      note: z.string().nullable(),
    }).nullable(),
  })),
  letters: z.array(z.looseObject({
    id: z.string(),
    key: z.string(),
    class: z.string(),
    cause: z.string(),
    attempts: z.number(),
    stream: z.string(),
    revision: z.number(),
    type: z.string(),
    parkedAt: z.string(),
    due: z.string().nullable(),
  })),
});

/** A generation of a read model, as `projections status` tells it. */
export type ShownGeneration = z.infer<typeof generation>;
/** One read model, as `projections show` tells it. */
export type ShownReadModel = z.infer<typeof shown>;

/** It is not read, or not yet. */
export function isBeingBuilt({ state, progress }: ShownGeneration): boolean {
  return progress !== null || ["building", "verifying", "ready"].includes(state);
}

/** All generations of all read models, those of one beside each other. */
export async function readModels(
  context: ConsoleDependencies,
  signal: AbortSignal,
): Promise<
  { readonly generations: readonly ShownGeneration[]; readonly silent: readonly string[] }
> {
  const silent: string[] = [];
  const found = await askEach(context, {
    ...{ path: "projections", schema: z.array(generation), signal },
    onSilent: (service) => silent.push(service),
  });
  const generations = found.flatMap(({ value }) => value)
    .toSorted((a, b) => a.name.localeCompare(b.name) || (a.generation ?? 0) - (b.generation ?? 0));
  return { generations, silent };
}

/** Errors: the `Refusal` where the service has no such read model. */
export async function readModel(
  { ask }: ConsoleDependencies,
  { service, name, signal }: {
    readonly service: string;
    readonly name: string;
    readonly signal: AbortSignal;
  },
): Promise<ShownReadModel> {
  const asked = { service, path: "projections/show", args: { name }, changes: false, signal };
  return shown.parse(await ask(asked));
}
