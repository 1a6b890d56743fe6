import { LRUCache } from "lru-cache";

/** Where one owner keeps what it can make anew at any time. */
export type Cache<Value extends object> = {
  get(key: string): Value | undefined;
  /** What is larger than the whole budget is kept in the place of all others. */
  set(key: string, value: Value): void;
  delete(key: string): void;
};

/** What all caches of a process take together: when it is spent, what was used longest ago goes, whosever it is. */
export type CacheBudget = {
  /** `sizeOf` estimates what a value takes, in bytes. */
  open<Value extends object>(sizeOf: (value: Value) => number): Cache<Value>;
  /** Counts what bounds itself, under a name: so much less is left for what is opened. Until it is disposed. */
  hold(name: string, bytes: () => number): Disposable;
  usage(): {
    /** Estimated; with what is held. */
    readonly bytes: number;
    readonly limitBytes: number;
    /** Of what is opened. */
    readonly entries: number;
    /** By name. */
    readonly heldBytes: Readonly<Record<string, number>>;
  };
};

/** Of whoever was not given a budget. */
const defaultBytes = 64 * 1024 * 1024;

/** A budget of so many bytes, default 64 MiB. A host gives the same one to everything in its process. */
export function cacheBudget(limitBytes: number = defaultBytes): CacheBudget {
  const entries = new LRUCache<string, object>({ maxSize: limitBytes });
  const held = new Map<string, () => number>();
  let owners = 0;

  function allBytes(): number {
    let bytes = entries.calculatedSize;
    for (const heldBytes of held.values()) bytes += heldBytes();
    return bytes;
  }
  return {
    open<Value extends object>(sizeOf: (value: Value) => number): Cache<Value> {
      const owner = `${owners++} `;
      return {
        // Only this owner writes under its keys.
        get: (key) => entries.get(owner + key) as Value | undefined,
        set(key, value) {
          const size = Math.min(Math.ceil(sizeOf(value)), limitBytes);
          entries.set(owner + key, value, { size });
          while (entries.size > 1 && allBytes() > limitBytes) entries.pop();
        },
        delete: (key) => void entries.delete(owner + key),
      };
    },
    hold(name, bytes) {
      held.set(name, bytes);
      return { [Symbol.dispose]: () => void held.delete(name) };
    },
    usage: () => ({
      bytes: allBytes(),
      limitBytes,
      entries: entries.size,
      heldBytes: Object.fromEntries([...held].map(([name, bytes]) => [name, bytes()])),
    }),
  };
}

/** About what a value of JSON takes in the heap, counted without making its text. */
export function bytesHeldBy(value: unknown): number {
  if (typeof value === "string") return 24 + value.length;
  if (typeof value !== "object" || value === null) return 16;
  let bytes = 48;
  if (Array.isArray(value)) {
    for (const item of value) bytes += 8 + bytesHeldBy(item);
    return bytes;
  }
  for (const name in value) bytes += 8 + bytesHeldBy(value[name as keyof typeof value]);
  return bytes;
}
