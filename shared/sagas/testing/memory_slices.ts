import { fairShare, leaseMs } from "../held_slices.ts";
import { sliceOf, slices } from "../slice.ts";
import type { SliceStore } from "../slice_store.ts";

/** Leases that are lost with the test, by a clock of their own, for any number of processes. */
export type MemorySlices = SliceStore & {
  /** Who has each slice by its lease, as far as anybody does. */
  owners(): ReadonlyMap<number, string>;
  /** While true it answers nobody. */
  isSilent: boolean;
};

export function memorySlices(
  clock: { now(): number },
  { unfinished = () => [] }: { unfinished?(): Iterable<string> } = {},
): MemorySlices {
  const leases = new Map<number, { readonly owner: string; readonly until: number }>();
  const sharers = new Map<string, number>();
  function hasLeft(owner: string, place: string | undefined): boolean {
    return place !== undefined && owner.startsWith(place);
  }
  return {
    isSilent: false,
    hold({ owner: { id, place, isNew }, gives }) {
      if (this.isSilent) return new Promise(() => {});
      const now = clock.now();
      const before = isNew ? place : undefined;
      sharers.set(id, now + leaseMs);
      for (const [other, until] of sharers) {
        if (other !== id && (until <= now || hasLeft(other, before))) sharers.delete(other);
      }
      for (const [slice, { owner, until }] of leases) {
        const isFree = until <= now || hasLeft(owner, before);
        if (owner === id ? gives.includes(slice) : isFree) leases.delete(slice);
      }
      const kept = slices.filter((slice) => leases.get(slice)?.owner === id);
      const free = slices.filter((slice) => !leases.has(slice) && !gives.includes(slice));
      const more = Math.max(0, fairShare(sharers.size) - kept.length);
      const held = [...kept, ...free.slice(0, more)].sort((a, b) => a - b);
      for (const slice of held) leases.set(slice, { owner: id, until: now + leaseMs });
      return Promise.resolve({ held, sharers: sharers.size });
    },
    leave({ id }) {
      sharers.delete(id);
      for (const [slice, { owner }] of leases) if (owner === id) leases.delete(slice);
      return Promise.resolve();
    },
    unfinished: (among) =>
      Promise.resolve([...unfinished()].filter((id) => among.includes(sliceOf(id)))),
    owners() {
      const now = clock.now();
      const valid = leases.entries().filter(([, { until }]) => until > now);
      return new Map(valid.map(([slice, { owner }]) => [slice, owner]));
    },
  };
}
