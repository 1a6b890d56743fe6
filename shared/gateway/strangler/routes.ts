import { derivedId, fingerprint } from "@headwater/core";
import { edge, readJson, readQuery, readsFrom, type Routes, routes } from "@headwater/http";
import { z } from "zod";
import { entityId, entityPinCommands, routeName } from "./contract.ts";
import { entityPin, pinIdOf } from "./entity_pin.ts";
import { shadowBatch } from "./shadow_batch.ts";
import { addShadowBatch } from "./shadow_reports.ts";
import type { RouteState } from "./side_of.ts";
import {
  listStrangledRoutes,
  type StrangledRouteRow,
  strangledRoutesView,
} from "./strangled_routes_view.ts";

const pinQuery = z.strictObject({ route: routeName, entity: entityId });

/** What gateway processes ask; nothing of it is for clients. */
export const stranglerRoutes: Routes = routes();

/** The states of all routes. Asked again with the ETag it was given, 304 while they are the same. */
stranglerRoutes.get("/strangler/routes", readsFrom(strangledRoutesView), async (c) => {
  const states = (await listStrangledRoutes(c.env.sql)).map(stateOf);
  const tag = `"${fingerprint(states)}"`;
  c.header("ETag", tag);
  return edge.hasMatch(c.req.header("If-None-Match"), tag) ? c.body(null, 304) : c.json(states);
});

/** The side of an entity, by the log itself: `null` where it has none. */
stranglerRoutes.get("/strangler/pins", async (c) => {
  const { route, entity } = readQuery(c, pinQuery);
  const { state } = await c.env.repository(entityPin).load(pinIdOf(route, entity));
  return c.json({ side: state?.side ?? null });
});

/** Pins an entity that has no pin yet. Answers the side that it has then, whoever said it first. */
stranglerRoutes.post("/strangler/pins", async (c) => {
  const data = await readJson(c, entityPinCommands.PinEntity);
  const pins = c.env.repository(entityPin);
  const id = pinIdOf(data.route, data.entity);
  await pins.handle({ type: "PinEntity", data }, {
    // Of the entity and the side alone: asked again it is the same command
    commandId: derivedId("PinEntity", id, data.side),
    correlationId: c.var.correlationId,
  });
  const { state } = await pins.load(id);
  return c.json({ side: state?.side ?? data.side });
});

/** Adds comparisons of a gateway process to the report of their route. */
stranglerRoutes.post("/strangler/shadow", async (c) => {
  await addShadowBatch(c.env.sql, await readJson(c, shadowBatch));
  return c.body(null, 204);
});

/** What a gateway process has to know of a route, without what operators alone want to see. */
function stateOf(row: StrangledRouteRow): RouteState & { readonly route: string } {
  const { route, mode, percent, shadowPercent, isKilled, setting, shadowRound, moves } = row;
  const decided = { route, mode, percent, shadowPercent, isKilled, setting, shadowRound, moves };
  return { ...decided, hasLegacyPins: row.pinnedLegacy > 0, hasNewPins: row.pinnedNew > 0 };
}
