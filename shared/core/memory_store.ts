import { LRUCache } from "lru-cache";
import { type Clock, realClock } from "./clock.ts";
import { assertMilliseconds, type SharedStore } from "./shared_store.ts";

type Held = { readonly value: string; readonly until: number };
type Window = { readonly count: number; readonly until: number };

/** A shared store of one process. */
export type MemoryStore = SharedStore & {
  /** Forgets all values and counts. */
  clear(): void;
  /** What it takes, estimated. */
  bytes(): number;
};

/** Of what an entry takes beside its text. */
const entryBytes = 160;
/**
 * The shared store of a process that shares nothing: in memory, values of at most so many bytes (default 16 MiB), and a
 * quarter of that for counts. What was used longest ago goes first; a value larger than a quarter of all is not kept.
 */
export function memoryStore(
  { maxBytes = 16 * 1_024 * 1_024, clock = realClock }: {
    readonly maxBytes?: number;
    readonly clock?: Clock;
  } = {},
): MemoryStore {
  // Counts have a place of their own: many different questions must not make anybody's limit be forgotten
  const values = new LRUCache<string, Held>({
    maxSize: maxBytes,
    maxEntrySize: Math.floor(maxBytes / 4),
    // Two bytes for a character, as it may be
    sizeCalculation: ({ value }, key) => entryBytes + 2 * (key.length + value.length),
  });
  const windows = new LRUCache<string, Window>({
    maxSize: Math.floor(maxBytes / 4),
    sizeCalculation: (_, key) => entryBytes + 2 * key.length,
  });

  function held(key: string): string | undefined {
    const found = values.get(key);
    if (!found) return undefined;
    if (found.until > clock.now()) return found.value;
    values.delete(key);
    return undefined;
  }

  return {
    isShared: false,
    get: (key) => Promise.try(() => held(key)),
    set: (key, value, { ttlMs, ifAbsent = false }) =>
      Promise.try(() => {
        assertMilliseconds("ttlMs", ttlMs);
        if (ifAbsent && held(key) !== undefined) return false;
        values.set(key, { value, until: clock.now() + ttlMs });
        return true;
      }),
    delete: (key) => Promise.try(() => void values.delete(key)),
    count: (key, { windowMs }) =>
      Promise.try(() => {
        assertMilliseconds("windowMs", windowMs);
        const now = clock.now();
        const known = windows.get(key);
        const running = known && known.until > now ? known : { count: 0, until: now + windowMs };
        const next = { ...running, count: running.count + 1 };
        windows.set(key, next);
        // Times have fractions, and sums of them are rounded
        return { count: next.count, resetMs: Math.min(windowMs, Math.ceil(next.until - now)) };
      }),
    clear() {
      values.clear();
      windows.clear();
    },
    bytes: () => values.calculatedSize + windows.calculatedSize,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
