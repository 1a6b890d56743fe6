import { type CommandOf, defineEvents, type EventOf, field } from "@headwater/core";
import { z } from "zod";

/** A strangled route's name, as operators type it. */
export const routeName: z.ZodString = z.string().regex(
  /^[a-z][a-z0-9-]{0,49}$/,
  "Must be 1 to 50 lower-case letters, digits or dashes, a letter first",
);

/** 0 to 100, in hundredths. */
export const percentage: z.ZodType<number, number> = z.number().min(0).max(100).refine(
  (percent) => Math.abs(percent * 100 - Math.round(percent * 100)) < 1e-9,
  "Must have two decimals at most",
);

/** Whatever a request names: what cannot be one is no entity that could have been made. */
export const entityId: z.ZodString = z.string().min(1).max(200)
  .refine((id) => !/\p{Cc}/u.test(id), "Must not contain control characters")
  .refine((id) => id.isWellFormed(), "Must be well-formed Unicode");

/** Before the `Idempotency-Key` of a request that names no entity: sent again, it has to reach the same side. */
export const requestPrefix = "request ";

/** Whether it is such a request; an entity may be called nearly anything. */
export function isRequest(entity: string): boolean {
  return entity.startsWith(requestPrefix) &&
    z.uuid().safeParse(entity.slice(requestPrefix.length)).success;
}

export const sideSchema: z.ZodEnum<{ legacy: "legacy"; new: "new" }> = z.enum(["legacy", "new"]);
const mode = z.enum(["legacy", "canary", "new"]);
const route = routeName;
/** Who wants it, and why: nothing changes without. */
const said = { by: field.text(100), reason: field.text(500) };

/** What the new side had answered when it was found worse, and the legacy one meanwhile. */
const figures = z.object({
  answers: z.int().nonnegative(),
  errors: z.int().nonnegative(),
  /** Milliseconds; absent: too few to say. */
  p95: z.number().nonnegative().optional(),
});

export const strangledRouteEvents = defineEvents("strangledRoute", {
  RouteDeclared: z.object({ route }),
  RouteShareSet: z.object({ route, mode, percent: percentage, ...said }),
  RouteShadowSet: z.object({ route, percent: percentage, ...said }),
  RouteKilled: z.object({ route, ...said }),
  RouteRevived: z.object({ route, ...said }),
  /** To 0 %, by itself. */
  RouteRolledBack: z.object({
    route,
    from: percentage,
    new: figures,
    legacy: figures,
    ...said,
  }),
});
export type StrangledRouteEvent = EventOf<typeof strangledRouteEvents>;

export const strangledRouteCommands = {
  /** A gateway has such a route. */
  DeclareRoute: z.strictObject({ route }),
  SetRouteShare: z.strictObject({ route, mode, percent: percentage, ...said }),
  SetRouteShadow: z.strictObject({ route, percent: percentage, ...said }),
  KillRoute: z.strictObject({ route, ...said }),
  ReviveRoute: z.strictObject({ route, ...said }),
  /** Of the setting under which it was measured: of every later one it says nothing. */
  RollBackRoute: z.strictObject({
    route,
    setting: z.int().nonnegative(),
    new: figures,
    legacy: figures,
    ...said,
  }),
};
export type StrangledRouteCommand = CommandOf<typeof strangledRouteCommands>;

export const entityPinEvents = defineEvents("entityPin", {
  EntityPinned: z.object({ route, entity: entityId, side: sideSchema }),
  EntityMoved: z.object({
    route,
    entity: entityId,
    side: sideSchema,
    /** Absent: it had no pin. */
    from: sideSchema.optional(),
    ...said,
  }),
});
export type EntityPinEvent = EventOf<typeof entityPinEvents>;

export const entityPinCommands = {
  /** Where it has no pin yet: the first one stays. */
  PinEntity: z.strictObject({ route, entity: entityId, side: sideSchema }),
  MoveEntity: z.strictObject({ route, entity: entityId, side: sideSchema, ...said }),
};
export type EntityPinCommand = CommandOf<typeof entityPinCommands>;
