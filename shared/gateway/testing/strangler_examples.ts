import type {
  EntityPinCommand,
  EntityPinEvent,
  StrangledRouteCommand,
  StrangledRouteEvent,
} from "../strangler/contract.ts";

const route = "catalog";
const said = { by: "ada", reason: "the first tenth" };
const found = {
  new: { answers: 200, errors: 40, p95: 30 },
  legacy: { answers: 900, errors: 1, p95: 20 },
};

/** One valid example of every event of a strangled route. */
export const routeEvents: {
  readonly [Type in StrangledRouteEvent["type"]]: Extract<StrangledRouteEvent, { type: Type }>;
} = {
  RouteDeclared: { type: "RouteDeclared", data: { route } },
  RouteShareSet: { type: "RouteShareSet", data: { route, mode: "canary", percent: 10, ...said } },
  RouteShadowSet: { type: "RouteShadowSet", data: { route, percent: 25, ...said } },
  RouteKilled: { type: "RouteKilled", data: { route, ...said } },
  RouteRevived: { type: "RouteRevived", data: { route, ...said } },
  RouteRolledBack: { type: "RouteRolledBack", data: { route, from: 10, ...found, ...said } },
};

/** One valid example of every command to a strangled route. */
export const routeCommands: {
  readonly [Type in StrangledRouteCommand["type"]]: Extract<StrangledRouteCommand, { type: Type }>;
} = {
  DeclareRoute: { type: "DeclareRoute", data: { route } },
  SetRouteShare: { type: "SetRouteShare", data: { route, mode: "canary", percent: 10, ...said } },
  SetRouteShadow: { type: "SetRouteShadow", data: { route, percent: 25, ...said } },
  KillRoute: { type: "KillRoute", data: { route, ...said } },
  ReviveRoute: { type: "ReviveRoute", data: { route, ...said } },
  RollBackRoute: { type: "RollBackRoute", data: { route, setting: 1, ...found, ...said } },
};

const pin = { route, entity: "SKU1", side: "new" as const };

/** One valid example of every event of a pin. */
export const pinEvents: {
  readonly [Type in EntityPinEvent["type"]]: Extract<EntityPinEvent, { type: Type }>;
} = {
  EntityPinned: { type: "EntityPinned", data: pin },
  EntityMoved: { type: "EntityMoved", data: { ...pin, side: "legacy", from: "new", ...said } },
};

/** One valid example of every command to a pin. */
export const pinCommands: {
  readonly [Type in EntityPinCommand["type"]]: Extract<EntityPinCommand, { type: Type }>;
} = {
  PinEntity: { type: "PinEntity", data: pin },
  MoveEntity: { type: "MoveEntity", data: { ...pin, side: "legacy", ...said } },
};
