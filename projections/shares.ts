import type { RollCall } from "./roll_call.ts";

type Shared = { readonly owner: string; readonly definition: string };

/**
 * Whether a process should take a generation at once that nobody has: no other that can have it has less to do. True
 * where nothing is known of others.
 */
export function mayTakeMore(
  heard: RollCall | undefined,
  { owner, definition }: Shared,
): boolean {
  if (!heard) return true;
  return loadsOfOthers(heard, { owner, definition }).every((load) =>
    load >= ownedBy(heard, owner).length
  );
}

/** The generation that a process should leave to another one, which then still has no more to do; one at a time. */
export function toRelease(
  heard: RollCall,
  { owner }: { readonly owner: string },
): RollCall["generations"][number] | undefined {
  const owned = ownedBy(heard, owner);
  return owned.findLast(({ definition }) =>
    loadsOfOthers(heard, { owner, definition }).some((load) => load + 1 < owned.length)
  );
}

/** How many generations those have who can have one of this definition. */
function loadsOfOthers(heard: RollCall, { owner, definition }: Shared): readonly number[] {
  return heard.processes.filter(({ id, runs }) => id !== owner && runs.includes(definition))
    .map(({ id }) => ownedBy(heard, id).length);
}

function ownedBy({ generations }: RollCall, owner: string): RollCall["generations"] {
  return generations.filter((generation) => generation.owner === owner);
}
