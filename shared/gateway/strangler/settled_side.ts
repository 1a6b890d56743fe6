import { derivedId, Refusal, Unavailable } from "@headwater/core";
import { entityId, requestPrefix } from "./contract.ts";
import type { KnownPins, PinnedThing } from "./known_pins.ts";
import { type RequestFacts, type RouteState, type Side, sideOf, type Why } from "./side_of.ts";

/** A request of a route, as far as it matters where it goes. */
export type SideQuestion = {
  readonly state: RouteState;
  readonly facts: Omit<RequestFacts, "pin">;
  /** What it is about; undefined: nothing that stays with a side. */
  readonly entity: string | undefined;
  /** Under which the client may send it again; undefined: it cannot tell that it is the same. */
  readonly key: string | undefined;
  /** It changes nothing. */
  readonly isSafe: boolean;
};

/** `pins-unknown`: nobody could tell whether the entity stays with a side. */
export type SettledSide = { readonly side: Side; readonly why: Why | "pins-unknown" };

/**
 * Where a request goes, pins included. A write's entity is pinned before anything is forwarded: a crash after that leaves
 * it pinned to the side that has it or will have it, a crash before leaves nothing. So is a write that names no entity,
 * by its `Idempotency-Key`: sent again it reaches the same side, whatever was decided meanwhile.
 *
 * Errors, of writes: `Unavailable` with `pins-unavailable`; `Refusal` with `entity-pinned-elsewhere`, `Unavailable` with
 * `route-killed`, where what comes before the pin says another side than that which has the entity.
 */
export async function settledSide(pins: KnownPins, question: SideQuestion): Promise<SettledSide> {
  return question.isSafe ? await sideOfRead(pins, question) : await sideOfWrite(pins, question);
}

async function sideOfRead(
  pins: KnownPins,
  { state, facts, entity }: SideQuestion,
): Promise<SettledSide> {
  const withoutPin = sideOf(state, facts);
  if (withoutPin.why !== "bucket" || entity === undefined || !isEntity(entity)) return withoutPin;
  const thing = { route: facts.route, entity, moves: state.moves };
  try {
    const pin = mayBeElsewhere(state, withoutPin.side)
      ? await pins.find(thing)
      : pins.recall(thing);
    return sideOf(state, { ...facts, pin });
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { side: "legacy", why: "pins-unknown" };
  }
}

/** Nobody has to be asked where nothing that anybody has heard of stays with the other side. */
function mayBeElsewhere({ hasLegacyPins, hasNewPins }: RouteState, side: Side): boolean {
  return side === "new" ? hasLegacyPins : hasNewPins;
}

async function sideOfWrite(
  pins: KnownPins,
  { state, facts, entity, key }: SideQuestion,
): Promise<SettledSide> {
  const thing = thingOf({ route: facts.route, moves: state.moves }, { entity, key });
  if (!thing) return sideOf(state, facts);
  const known = pins.recall(thing);
  const wanted = sideOf(state, { ...facts, pin: known });
  const pin = known ?? await pins.pin(thing, wanted.side);
  const settled = sideOf(state, { ...facts, pin });
  if (settled.side === pin) return settled;
  if (settled.why === "killed") {
    throw new Unavailable(
      `Cannot change this: it is on the new side, and all of "${facts.route}" is the legacy side's for now`,
      { code: "route-killed", retryAfter: 30 },
    );
  }
  throw new Refusal(
    "entity-pinned-elsewhere",
    `Cannot change this on the ${settled.side} side, which the ${settled.why} names: it stays with the other`,
  );
}

function thingOf(
  { route, moves }: Pick<PinnedThing, "route" | "moves">,
  { entity, key }: Pick<SideQuestion, "entity" | "key">,
): PinnedThing | undefined {
  if (entity !== undefined) return isEntity(entity) ? { route, moves, entity } : undefined;
  if (key === undefined) return undefined;
  return { route, moves, entity: `${requestPrefix}${derivedId("request", key)}` };
}

/** What is none is refused by whoever gets it. */
export function isEntity(text: string): boolean {
  return entityId.safeParse(text).success;
}
