import { cartItem } from "../cart.ts";
import { assertStored, type PeerCase } from "./peer_case.ts";
import type { Peer } from "./peer.ts";
import { median, rate } from "./rate.ts";

const streams = 3;

type Growth = { readonly first: number; readonly last: number; readonly failed: number };

/** Grows streams to 500 events, one command at a time: the rate of the first hundred, and of the last. */
export function growingStream(
  names: { readonly first: string; readonly last: string },
): PeerCase[] {
  const grown = new WeakMap<Peer, Promise<Growth>>();

  function rateOf(part: "first" | "last"): PeerCase {
    return {
      name: names[part],
      async measure(peer) {
        if (!grown.has(peer)) grown.set(peer, grow(peer));
        const { failed, ...rates } = await grown.get(peer)!;
        return { value: rates[part], failed };
      },
    };
  }
  return [rateOf("first"), rateOf("last")];
}

async function grow(peer: Peer): Promise<Growth> {
  const before = await peer.count();
  let acknowledged = 0;
  let failed = 0;
  const firsts: number[] = [];
  const lasts: number[] = [];
  for (let stream = 0; stream < streams; stream++) {
    const cartId = crypto.randomUUID();
    let n = 0;
    const rates: number[] = [];
    for (let hundred = 0; hundred < 5; hundred++) {
      const measured = await rate(
        () => peer.handle(`cart-${cartId}`, { type: "AddItem", data: cartItem(cartId, n++) }),
        { ms: Infinity, inFlight: 1, count: 100 },
      );
      rates.push(measured.perSecond);
      acknowledged += measured.done;
      failed += measured.failed;
    }
    firsts.push(rates[0]!);
    lasts.push(rates[4]!);
  }
  await assertStored(peer, { before, acknowledged });
  return { first: median(firsts), last: median(lasts), failed };
}
