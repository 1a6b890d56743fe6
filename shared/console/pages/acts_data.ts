import { z } from "zod";
import type { ConsoleDependencies } from "../context/console_context.ts";
import { isBeingBuilt, type ShownGeneration } from "./read_models_data.ts";

const args = z.record(z.string(), z.unknown());

const act = z.looseObject({
  actId: z.string(),
  engine: z.string(),
  act: z.string(),
  subject: z.string().nullable(),
  args,
  actor: z.string(),
  reason: z.string().nullable(),
  would: z.string().nullable(),
  at: z.string(),
  stream: z.string(),
  revision: z.number(),
  outcome: z.enum(["done", "goes-on", "refused", "failed", "unknown", "under-way"]),
  endedAt: z.string().nullable(),
  text: z.string().nullable(),
  changed: z.unknown(),
  undo: z.looseObject({ name: z.string(), args }).nullable(),
});

const page = z.object({ items: z.array(act), nextCursor: z.string().nullable() });

/** An act, as `acts list` tells it. */
export type ShownAct = z.infer<typeof act>;
export type ActsPage = z.infer<typeof page>;

/** By what acts are asked for. */
export const actFilters = ["actor", "engine", "act", "subject"] as const;
export type ActFilter = Partial<Record<(typeof actFilters)[number], string>>;

const built = z.object({ generation: z.number() });

/**
 * What takes an act back by now: a read model that is built anew is given up as long as another one is read, and only then
 * gone back from. Null: nothing does.
 */
export function undoOf(
  { act, engine, subject, undo, changed }: ShownAct,
  generations: readonly ShownGeneration[],
): ShownAct["undo"] {
  if (!undo || engine !== "projections" || act !== "rebuild") return undo;
  const own = generations.filter(({ name }) => name === subject);
  if (own.some(isBeingBuilt)) return { ...undo, name: "abort" };
  if (undo.name !== "abort") return undo;
  const made = built.safeParse(changed).data?.generation;
  const isRead = own.some(({ generation, state }) => generation === made && state === "live");
  return isRead ? { ...undo, name: "rollback" } : null;
}

/** A page of what operators did, which every service can tell: it is in the log. Errors: those of all that were asked. */
export async function actsPage(
  { services, ask }: ConsoleDependencies,
  { args, signal }: {
    readonly args: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<ActsPage> {
  let failure: unknown = new Error("Cannot list acts: there is no service to ask");
  for (const { name: service } of services) {
    try {
      return page.parse(await ask({ service, path: "acts", args, changes: false, signal }));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
