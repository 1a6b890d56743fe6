import { rowsAfter } from "@headwater/testing";
import assert from "node:assert/strict";
import { pinEvents, routeEvents as event } from "../testing/strangler_examples.ts";
import type { EntityPinEvent, StrangledRouteEvent } from "./contract.ts";
import { strangledRoutesView } from "./strangled_routes_view.ts";

function rowAfter(...events: (StrangledRouteEvent | EntityPinEvent)[]) {
  return rowsAfter(strangledRoutesView, ...events).get("catalog");
}

Deno.test("a route that was declared is the legacy side's, and nobody has decided that", () => {
  assert.deepEqual(rowAfter(event.RouteDeclared), {
    route: "catalog",
    ...{ mode: "legacy", percent: 0, shadowPercent: 0, isKilled: false },
    ...{ setting: 0, shadowRound: 0, moves: 0 },
    ...{ pinnedLegacy: 0, pinnedNew: 0, rollBacks: 0 },
    ...{ changedAt: null, changedBy: null, reason: null },
  });
});

Deno.test("a route's row says what was decided last, by whom and why, and what was taken back", () => {
  const raised = rowAfter(event.RouteDeclared, event.RouteShareSet, event.RouteShadowSet);
  assert.deepEqual([raised?.mode, raised?.percent, raised?.shadowPercent], ["canary", 10, 25]);
  assert.deepEqual([raised?.changedBy, raised?.reason], ["ada", "the first tenth"]);
  const { isKilled } = rowAfter(event.RouteDeclared, event.RouteKilled) ?? {};
  const revived = rowAfter(event.RouteDeclared, event.RouteKilled, event.RouteRevived);
  assert.deepEqual([isKilled, revived?.isKilled], [true, false]);
  const back = rowAfter(event.RouteDeclared, event.RouteShareSet, event.RouteRolledBack);
  assert.deepEqual([back?.percent, back?.rollBacks, back?.setting], [0, 1, 2]);
});

Deno.test("a route's row counts the entities of each side, and how many were moved", () => {
  const { EntityPinned, EntityMoved } = pinEvents;
  const pinned = rowAfter(event.RouteDeclared, EntityPinned);
  assert.deepEqual([pinned?.pinnedLegacy, pinned?.pinnedNew, pinned?.moves], [0, 1, 0]);
  const moved = rowAfter(event.RouteDeclared, EntityPinned, EntityMoved);
  assert.deepEqual([moved?.pinnedLegacy, moved?.pinnedNew, moved?.moves], [1, 0, 1]);
  const request = { ...EntityPinned.data, entity: "request 5f2b1c7e-8a41-5c6e-9d3f-2b7a1e4c9d10" };
  const asked = rowAfter(event.RouteDeclared, { type: "EntityPinned", data: request });
  assert.deepEqual([asked?.pinnedLegacy, asked?.pinnedNew], [0, 0]);
});
