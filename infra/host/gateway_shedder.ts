import { policy } from "@headwater/resilience";

/** Whoever waits for a page takes that for quick; on a machine that others want as well, many answers are no quicker. */
const calmAtEdgeMs = 500;
/** With as few places a browser, which has six connections to an origin, is never refused what it asks for alone. */
const leastAtEdge = 12;

/** What a gateway refuses when there is too much to do. `lagMs`: by how much its loop is late. */
export function gatewayShedder(lagMs: () => number): policy.Shedder {
  return policy.createShedder({ lagMs, calmMs: calmAtEdgeMs, least: leastAtEdge });
}
