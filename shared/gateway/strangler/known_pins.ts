import { type machine, type ServiceClient, type time, Unavailable } from "@headwater/core";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import type { Side } from "./side_of.ts";

/** An entity of a route, after so many moves: what was known before one is not known any more. */
export type PinnedThing = {
  readonly route: string;
  readonly entity: string;
  readonly moves: number;
};

/** What a gateway process knows of pins. */
export type KnownPins = {
  /** The side with which an entity stays, as far as it is known without asking anybody. */
  recall(thing: PinnedThing): Side | undefined;
  /** The side with which an entity stays; undefined: with none so far. Errors: `Unavailable`. */
  find(thing: PinnedThing): Promise<Side | undefined>;
  /** Pins it unless it is pinned; gives the side that it then has. Errors: `Unavailable`: whether it is pinned is not known. */
  pin(thing: PinnedThing, side: Side): Promise<Side>;
};

const mostKnown = 10_000;
/** As long as another process may pin what had no pin here. */
const unpinnedMs = 1_000;
const sharedMs = 60 * 60 * 1_000;

const answerSchema = z.object({ side: z.enum(["legacy", "new"]).nullable() });

/**
 * Pins as they are known here, then by all gateway processes, then by the strangler, whose word is the only one that
 * counts where something is pinned. A pin never changes but by a move, so it may be kept; that there is none may not be
 * kept for long.
 */
export function knownPins({ client, store, clock }: {
  readonly client: ServiceClient;
  readonly store: machine.SharedStore;
  readonly clock: time.Clock;
}): KnownPins {
  const known = new LRUCache<string, { readonly side: Side | undefined; readonly until: number }>({
    max: mostKnown,
  });

  function keyOf({ route, moves, entity }: PinnedThing): string {
    return `pin ${route} ${moves} ${entity}`;
  }

  function keep(key: string, side: Side | undefined): void {
    // Pinned here while it was looked up
    if (!side && known.get(key)?.side) return;
    known.set(key, { side, until: side ? Infinity : clock.now() + unpinnedMs });
  }

  async function ask(request: Request): Promise<Side | undefined> {
    try {
      const answer = await client.call("strangler", request);
      if (answer.ok) return answerSchema.parse(await answer.json()).side ?? undefined;
      await answer.body?.cancel();
      throw new Error(`Cannot ask for a pin: the answer is ${answer.status}`);
    } catch (cause) {
      throw new Unavailable("Cannot tell which side this stays with: try again", {
        code: "pins-unavailable",
        cause,
      });
    }
  }

  return {
    recall: (thing) => known.get(keyOf(thing))?.side,
    async find(thing) {
      const key = keyOf(thing);
      const found = known.get(key);
      if (found?.side) return found.side;
      const shared = answerSchema.shape.side.safeParse(await store.get(key)).data;
      if (shared) {
        keep(key, shared);
        return shared;
      }
      if (found && clock.now() < found.until) return undefined;
      const { route, entity } = thing;
      const query = new URLSearchParams({ route, entity });
      const side = await ask(new Request(`http://strangler/strangler/pins?${query}`));
      keep(key, side);
      if (side) await store.set(key, side, { ttlMs: sharedMs });
      return side;
    },
    async pin(thing, side) {
      const { route, entity } = thing;
      const request = new Request("http://strangler/strangler/pins", {
        method: "POST",
        headers: {
          "Content-Type": "application/json",
          // It may be sent again: pinned once, it stays
          "Idempotency-Key": crypto.randomUUID(),
        },
        body: JSON.stringify({ route, entity, side }),
      });
      const pinned = await ask(request) ?? side;
      const key = keyOf(thing);
      keep(key, pinned);
      await store.set(key, pinned, { ttlMs: sharedMs });
      return pinned;
    },
  };
}
