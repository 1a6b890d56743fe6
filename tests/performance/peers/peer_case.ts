import type { Peer } from "./peer.ts";
import { median, type Rate, rate } from "./rate.ts";

/** Measured under the same name as Headwater's own case. */
export type PeerCase = {
  readonly name: string;
  measure(peer: Peer): Promise<{ readonly value: number; readonly failed: number }>;
};

const rounds = 3;
const msPerRound = 1_500;

/** The median rate of some rounds after a warm-up, in events; checked against what is then stored. */
export function rateCase(
  name: string,
  { call, inFlight, eventsPerCall = 1 }: {
    readonly call: (peer: Peer) => Promise<void>;
    readonly inFlight: number;
    readonly eventsPerCall?: number;
  },
): PeerCase {
  return {
    name,
    async measure(peer) {
      const before = await peer.count();
      const measured: Rate[] = [];
      for (let round = 0; round <= rounds; round++) {
        measured.push(await rate(() => call(peer), { ms: msPerRound, inFlight }));
      }
      const acknowledged = measured.reduce((sum, { done }) => sum + done, 0) * eventsPerCall;
      await assertStored(peer, { before, acknowledged });
      const [, ...counted] = measured;
      return {
        value: median(counted.map(({ perSecond }) => perSecond)) * eventsPerCall,
        failed: counted.reduce((sum, { failed }) => sum + failed, 0),
      };
    },
  };
}

/** What was acknowledged is there, and nothing else. */
export async function assertStored(
  peer: Peer,
  { before, acknowledged }: { readonly before: number; readonly acknowledged: number },
): Promise<void> {
  const stored = await peer.count() - before;
  if (stored !== acknowledged) {
    throw new Error(`Cannot trust the rate: ${acknowledged} events acknowledged, ${stored} stored`);
  }
}
