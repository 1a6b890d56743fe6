import { type Aggregate, aggregate, Refusal } from "@headwater/core";
import {
  type StrangledRouteCommand,
  strangledRouteCommands,
  type StrangledRouteEvent,
  strangledRouteEvents,
} from "./contract.ts";
import { type RouteState, untouched } from "./side_of.ts";

/** Undefined: no gateway has such a route. */
export type StrangledRouteState =
  | Omit<RouteState, "moves" | "hasLegacyPins" | "hasNewPins">
  | undefined;

/** What operators have decided of a route, and what was taken back by itself. */
export const strangledRoute: Aggregate<
  StrangledRouteCommand,
  StrangledRouteEvent,
  StrangledRouteState
> = aggregate({
  events: strangledRouteEvents,
  commands: strangledRouteCommands,
  id: ({ data }) => data.route,
  initialState: undefined as StrangledRouteState,
  decide,
  evolve,
});

function decide(
  command: StrangledRouteCommand,
  state: StrangledRouteState,
): readonly StrangledRouteEvent[] {
  if (command.type === "DeclareRoute") {
    return state ? [] : [{ type: "RouteDeclared", data: command.data }];
  }
  if (!state) {
    throw new Refusal(
      "strangled-route-unknown",
      `Cannot change "${command.data.route}": no gateway has a strangled route of that name`,
    );
  }
  switch (command.type) {
    case "SetRouteShare": {
      const { mode, percent } = command.data;
      const isShare = mode === "canary" || percent === (mode === "new" ? 100 : 0);
      if (!isShare) {
        throw new Refusal("route-share-contradictory", `Cannot set ${percent} % of mode "${mode}"`);
      }
      const isSame = state.mode === mode && state.percent === percent;
      return isSame ? [] : [{ type: "RouteShareSet", data: command.data }];
    }
    case "SetRouteShadow":
      return state.shadowPercent === command.data.percent
        ? []
        : [{ type: "RouteShadowSet", data: command.data }];
    case "KillRoute":
      return state.isKilled ? [] : [{ type: "RouteKilled", data: command.data }];
    case "ReviveRoute":
      return state.isKilled ? [{ type: "RouteRevived", data: command.data }] : [];
    case "RollBackRoute": {
      // Several gateways find the same; and who has decided since then knows better
      const { setting, ...found } = command.data;
      const isOver = state.setting !== setting || state.mode !== "canary" || state.percent === 0;
      return isOver ? [] : [{ type: "RouteRolledBack", data: { ...found, from: state.percent } }];
    }
  }
}

function evolve(state: StrangledRouteState, event: StrangledRouteEvent): StrangledRouteState {
  const { mode, percent, shadowPercent, isKilled, setting, shadowRound } = state ?? untouched;
  const known = { mode, percent, shadowPercent, isKilled, setting, shadowRound };
  switch (event.type) {
    case "RouteDeclared":
      return known;
    case "RouteShareSet": {
      const { mode, percent } = event.data;
      return { ...known, mode, percent, setting: setting + 1 };
    }
    case "RouteShadowSet":
      return { ...known, shadowPercent: event.data.percent, shadowRound: shadowRound + 1 };
    case "RouteKilled":
      return { ...known, isKilled: true };
    case "RouteRevived":
      // What was measured while nothing went there says nothing
      return { ...known, isKilled: false, setting: setting + 1 };
    case "RouteRolledBack":
      return { ...known, percent: 0, setting: setting + 1 };
  }
}
