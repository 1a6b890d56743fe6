import { cartItem } from "../cart.ts";
import { growingStream } from "./growing_stream.ts";
import { rateCase } from "./peer_case.ts";
import type { Peer } from "./peer.ts";
import { runPeers } from "./run_peers.ts";

function startCart(peer: Peer): Promise<void> {
  const cartId = crypto.randomUUID();
  return peer.handle(`cart-${cartId}`, { type: "AddItem", data: cartItem(cartId, 0) });
}

if (import.meta.main) {
  await runPeers([
    rateCase("new streams", { inFlight: 1, call: startCart }),
    rateCase("10 in flight", { inFlight: 10, call: startCart }),
    ...growingStream({ first: "growing stream, 0 to 100", last: "growing stream, 400 to 500" }),
  ]);
}
