/** Keys of which somebody else has an older value. */
export type ChangedKeys = {
  add(key: string): void;
  /** Some of them, which are forgotten; none: there are no more. */
  take(): readonly string[];
};

/** Beyond that the oldest are let go: their values end by themselves. */
const mostKeys = 20_000;
const takenAtOnce = 500;

/** A bounded set of keys. */
export function changedKeys(): ChangedKeys {
  const keys = new Set<string>();
  return {
    add(key) {
      keys.delete(key);
      keys.add(key);
      if (keys.size > mostKeys) { for (const oldest of keys.keys().take(1)) keys.delete(oldest); }
    },
    take() {
      const taken = [...keys.keys().take(takenAtOnce)];
      for (const key of taken) keys.delete(key);
      return taken;
    },
  };
}
