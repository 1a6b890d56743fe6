import { time } from "@headwater/core";

/** How a process goes, in two steps. */
export type Departure = {
  /** Aborts when it is asked to end: it says that it is not ready, and `Connection: close` with every answer. */
  readonly leaving: AbortSignal;
  /** Aborts when nothing is begun any more, and what goes on by itself has to end. */
  readonly parting: AbortSignal;
};

/**
 * Between the two a process serves for `lameDuckMs` as before: whoever sends it requests, a load balancer for example,
 * takes a while to learn that it is not ready.
 */
export function departure(
  asked: AbortSignal,
  { lameDuckMs, clock }: { readonly lameDuckMs: number; readonly clock?: time.Clock },
): Departure {
  if (lameDuckMs === 0) return { leaving: asked, parting: asked };
  const parted = new AbortController();
  time.aborted(asked)
    .then(() => time.pause(lameDuckMs, clock && { clock }))
    .then(() => parted.abort());
  return { leaving: asked, parting: parted.signal };
}
