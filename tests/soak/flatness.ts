/** What a process of the shop takes when all is at rest and garbage was collected. */
export type PartMemory = {
  readonly part: string;
  readonly pid: number;
  readonly rssBytes: number;
  /** Of what lives in the heap. */
  readonly heapBytes: number;
  /** Of that, as its caches estimate it. */
  readonly cacheBytes: number;
};

export type Memory = {
  readonly parts: readonly PartMemory[];
  /** All of its processes; what they share is counted in each. */
  readonly postgresBytes: number;
};

const megabyte = 1024 * 1024;
/** See docs/decisions/0120-a-soak-of-the-shop.md for where these come from. */
const mostHeapGrowth = 16 * megabyte;
const mostRssGrowth = 128 * megabyte;

/** How memory has grown between two moments, in sentences: none where it is flat. Caches may fill, up to their budget. */
export function growthOf(before: Memory, after: Memory): readonly string[] {
  return after.parts.flatMap((part) => {
    const earlier = before.parts.find(({ pid }) => pid === part.pid);
    if (!earlier) return [`Memory: "${part.part}" is another process than before`];
    const caches = part.cacheBytes - earlier.cacheBytes;
    const heap = part.heapBytes - earlier.heapBytes - caches;
    // What caches give back, the process need not
    const rss = part.rssBytes - earlier.rssBytes - Math.max(0, caches);
    return [
      { what: `what lives in the heap of "${part.part}"`, bytes: heap, most: mostHeapGrowth },
      { what: `"${part.part}"`, bytes: rss, most: mostRssGrowth },
    ].filter(({ bytes, most }) => bytes > most).map(({ what, bytes }) =>
      `Memory: ${what} grew by ${Math.round(bytes / megabyte)} MB beside its caches`
    );
  });
}
