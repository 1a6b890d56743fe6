/** Lets what concerns the same key happen one after the other. */
export type KeyTurns = {
  /** Resolves when it is the caller's turn, with what ends it. Errors: the reason of `signal` while it waits. */
  take(key: string, signal: AbortSignal): Promise<() => void>;
};

/** Turns within this process. */
export function keyTurns(): KeyTurns {
  const last = new Map<string, Promise<void>>();
  return {
    async take(key, signal) {
      const before = last.get(key);
      const { promise: ended, resolve: end } = Promise.withResolvers<void>();
      const turn = Promise.all([before, ended]).then(() => {
        if (last.get(key) === turn) last.delete(key);
      });
      last.set(key, turn);
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => aborted.reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        signal.throwIfAborted();
        if (before) await Promise.race([before, aborted.promise]);
      } catch (error) {
        end();
        throw error;
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
      return end;
    },
  };
}
