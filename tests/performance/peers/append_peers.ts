import { rateCase } from "./peer_case.ts";
import type { Peer, PeerEvent } from "./peer.ts";
import { runPeers } from "./run_peers.ts";

const streams = 1_000;
const batch = 100;

let streamsUsed = 0;

/** The events and streams of Headwater's own benchmark. */
function append(peer: Peer, events: number): Promise<void> {
  return peer.append(`order-${streamsUsed++ % streams}`, newEvents(events));
}

function newEvents(count: number): PeerEvent[] {
  return Array.from({ length: count }, () => {
    const id = crypto.randomUUID();
    return {
      type: "OrderPlaced",
      data: {
        orderId: id,
        customerId: "customer-4711",
        currency: "EUR",
        lines: [
          { sku: "SKU-1", quantity: 2, unitPrice: 1999 },
          { sku: "SKU-2", quantity: 1, unitPrice: 4999 },
        ],
        paymentMethod: "pm_ok",
      },
      metadata: { $correlationId: id, $causationId: id, commandId: id, schemaVersion: 1 },
    };
  });
}

if (import.meta.main) {
  await runPeers([
    rateCase("sequential", { inFlight: 1, call: (peer) => append(peer, 1) }),
    rateCase("10 in flight", { inFlight: 10, call: (peer) => append(peer, 1) }),
    rateCase("64 in flight", { inFlight: 64, call: (peer) => append(peer, 1) }),
    rateCase(`batches of ${batch}`, {
      inFlight: 1,
      call: (peer) => append(peer, batch),
      eventsPerCall: batch,
    }),
  ]);
}
