import { column, type RowOf, view } from "@headwater/core";
import type { Sql } from "postgres";
import { entityPinEvents, isRequest, strangledRouteEvents } from "./contract.ts";
import { type RouteState, type Side, untouched } from "./side_of.ts";

const { hasLegacyPins: _legacy, hasNewPins: _new, ...state } = untouched;
const undecided = {
  ...{ ...state, pinnedLegacy: 0, pinnedNew: 0, rollBacks: 0 },
  ...{ changedAt: null, changedBy: null, reason: null },
};

/** What is decided of each strangled route, who decided it last, and how many entities stay with which side. */
export const strangledRoutesView = view({
  name: "strangled-routes",
  version: 1,
  module: import.meta.url,
  table: "strangled_route",
  reads: [strangledRouteEvents, entityPinEvents],
  columns: {
    route: column.text(),
    mode: column.text<RouteState["mode"]>(),
    percent: column.number(),
    shadowPercent: column.number(),
    isKilled: column.boolean(),
    setting: column.integer(),
    shadowRound: column.integer(),
    moves: column.integer(),
    pinnedLegacy: column.integer(),
    pinnedNew: column.integer(),
    rollBacks: column.integer(),
    changedAt: column.timestamp().nullable(),
    changedBy: column.text().nullable(),
    reason: column.text().nullable(),
  },
  primaryKey: "route",
  key: ({ data }) => data.route,
  evolve(row, event) {
    const { route } = event.data;
    const known = row ?? { route, ...undecided };
    switch (event.type) {
      case "RouteDeclared":
        return known;
      case "EntityPinned":
        return isRequest(event.data.entity) ? known : counted(known, event.data.side, 1);
      case "EntityMoved": {
        const { entity, side, from } = event.data;
        if (isRequest(entity)) return { ...known, moves: known.moves + 1 };
        const left = from ? counted(known, from, -1) : known;
        return { ...counted(left, side, 1), moves: known.moves + 1 };
      }
    }
    const { by: changedBy, reason } = event.data;
    const changed = { ...known, changedAt: event.recordedAt, changedBy, reason };
    switch (event.type) {
      case "RouteShareSet": {
        const { mode, percent } = event.data;
        return { ...changed, mode, percent, setting: known.setting + 1 };
      }
      case "RouteShadowSet":
        return {
          ...changed,
          shadowPercent: event.data.percent,
          shadowRound: known.shadowRound + 1,
        };
      case "RouteKilled":
        return { ...changed, isKilled: true };
      case "RouteRevived":
        return { ...changed, isKilled: false, setting: known.setting + 1 };
      case "RouteRolledBack": {
        const rollBacks = known.rollBacks + 1;
        return { ...changed, percent: 0, setting: known.setting + 1, rollBacks };
      }
    }
  },
});

/** A strangled route as operators see it. */
export type StrangledRouteRow = RowOf<typeof strangledRoutesView>;

/** All of them, by name. */
export async function listStrangledRoutes(sql: Sql): Promise<readonly StrangledRouteRow[]> {
  return await sql<StrangledRouteRow[]>`
    select ${strangledRoutesView.select(sql)} from ${strangledRoutesView.from(sql)}
    order by strangled_route.route`;
}

function counted<Counts extends { readonly pinnedLegacy: number; readonly pinnedNew: number }>(
  counts: Counts,
  side: Side,
  by: 1 | -1,
): Counts {
  return side === "new"
    ? { ...counts, pinnedNew: counts.pinnedNew + by }
    : { ...counts, pinnedLegacy: counts.pinnedLegacy + by };
}
