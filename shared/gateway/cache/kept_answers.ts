import type { machine } from "@headwater/core";
import { LRUCache } from "lru-cache";
import { type CacheEntry, entryIn, written } from "./cache_entry.ts";

/** Answers under the names of their questions. */
export type KeptAnswers = {
  /** In this process. */
  here(name: string): CacheEntry | undefined;
  /** The newest; `isEnough`: with this one others need not be asked whether they have a newer one. */
  find(
    name: string,
    isEnough: (entry: CacheEntry) => boolean,
  ): Promise<CacheEntry | undefined>;
  /** For so long others may have it. */
  keep(name: string, entry: CacheEntry, options: { readonly ttlMs: number }): void;
};

/** Of what an entry takes beside its text. */
const entryBytes = 1_000;

/** In this process's memory, of at most so many bytes, and where others share it in the shared store. */
export function keptAnswers(
  { sharedStore, maxBytes }: {
    readonly sharedStore: machine.SharedStore;
    readonly maxBytes: number;
  },
): KeptAnswers {
  const near = new LRUCache<string, CacheEntry>({
    maxSize: maxBytes,
    sizeCalculation: ({ body }, name) => entryBytes + 2 * (body.text.length + name.length),
  });

  function isNewer(entry: CacheEntry, name: string): boolean {
    const here = near.get(name);
    return !here || here.log !== entry.log || entry.position >= here.position;
  }

  return {
    here: (name) => near.get(name),
    async find(name, isEnough) {
      const here = near.get(name);
      if (!sharedStore.isShared || here && isEnough(here)) return here;
      const there = entryIn(await sharedStore.get(`cache ${name}`));
      // The same one was made here, perhaps, of which more is known
      const isOther = there && isNewer(there, name) && there.position !== here?.position;
      if (isOther) near.set(name, there);
      return near.get(name);
    },
    keep(name, entry, { ttlMs }) {
      if (!isNewer(entry, name)) return;
      near.set(name, entry);
      // Nobody waits for it, and it does not fail
      if (sharedStore.isShared) {
        sharedStore.set(`cache ${name}`, written(entry), { ttlMs: Math.max(1, ttlMs) });
      }
    },
  };
}
