/** Time as the policies see it, so that their tests turn it by hand. */
export type Timers = {
  /** Milliseconds that only grow, whatever the wall clock does. */
  now(): number;
  /** Calls `act` once after `ms`; gives what cancels that. */
  after(ms: number, act: () => void): () => void;
};

export const realTimers: Timers = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`; rejects with the signal's reason as soon as it aborts. */
export function pause(
  ms: number,
  { timers, signal }: { readonly timers: Timers; readonly signal: AbortSignal },
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal.aborted) {
    reject(signal.reason);
    return promise;
  }
  const onAbort = () => reject(signal.reason);
  const cancel = timers.after(ms, resolve);
  signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => {
    cancel();
    signal.removeEventListener("abort", onAbort);
  });
}
