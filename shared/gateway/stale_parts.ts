import { LRUCache } from "lru-cache";

/** What a part was when it could be had. */
export type StalePart = {
  /** JSON. */
  readonly text: string;
  /** Of the read model that it came from; undefined: of none. */
  readonly position: number | undefined;
  /** By a clock that only grows. */
  readonly at: number;
};

/** Characters in all, and milliseconds: it helps over a moment, and is no cache. */
const most = { size: 4 * 1024 * 1024, ofOne: 64 * 1024, ms: 60_000 };

/** What was shown of late, for those parts that may be shown once more. */
export type StaleParts = {
  keep(name: string, part: StalePart): void;
  /** The service has nothing any more. */
  forget(name: string): void;
  /** Undefined: nothing of the last minute. */
  find(name: string): StalePart | undefined;
};

/** Keeps parts, of all pages together no more than some megabytes; `now`: milliseconds that only grow. */
export function staleParts(now: () => number): StaleParts {
  const kept = new LRUCache<string, StalePart>({
    maxSize: most.size,
    maxEntrySize: most.ofOne,
    sizeCalculation: ({ text }, name) => text.length + name.length,
  });
  return {
    keep: (name, part) => kept.set(name, part),
    forget: (name) => kept.delete(name),
    find(name) {
      const part = kept.get(name);
      return part && now() - part.at <= most.ms ? part : undefined;
    },
  };
}
