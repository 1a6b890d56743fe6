import type { RollCall } from "./roll_call.ts";

/** A process has its share of the generations of a service when it has so many of them, rounded up. */
function shareOf({ processes, generations }: RollCall): number {
  return Math.ceil(generations.length / processes);
}

function ownedBy({ generations }: RollCall, owner: string): RollCall["generations"] {
  return generations.filter((generation) => generation.owner === owner);
}

/** Whether a process should take a generation that nobody has; undefined: nothing is known of others. */
export function mayTakeMore(
  heard: RollCall | undefined,
  { owner }: { readonly owner: string },
): boolean {
  return heard === undefined || ownedBy(heard, owner).length < shareOf(heard);
}

/** The generation that a process should leave to another one that has less to do; one at a time. */
export function toRelease(
  heard: RollCall,
  { owner }: { readonly owner: string },
): RollCall["generations"][number] | undefined {
  const owned = ownedBy(heard, owner);
  return owned.length > shareOf(heard) ? owned.at(-1) : undefined;
}
