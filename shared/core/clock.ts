/** Time as the policies see it, so that their tests turn it by hand. */
export type Clock = {
  /** Milliseconds that only grow, whatever the wall clock does. */
  now(): number;
  /** Calls `act` once after `ms`; gives what cancels that. */
  after(ms: number, act: () => void): () => void;
};

/** Time as it passes. */
export const realClock: Clock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};
