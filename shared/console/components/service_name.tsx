import type { Aggregate } from "@headwater/core";

/**
 * What turns the events of a category into a state: an aggregate, or a process manager.
 * @internal
 */
export type Folded = Pick<Aggregate, "name" | "events" | "initialState" | "evolve">;

/** A service as the console shows it. */
export type ConsoleService = {
  readonly name: string;
  /** Whose streams it writes. */
  readonly categories: readonly string[];
  /** What turns events of a category into a state; of the others nobody tells. */
  readonly folds?: readonly Folded[];
};

const lanes = 8;

/** Whose streams a category's are, and in which colour that is shown. */
export type ServiceLane = { readonly name: string; readonly lane: number };

/** Finds the service of a category; of one that nobody owns any more there is none. */
export function serviceLanes(
  services: readonly ConsoleService[],
): (category: string) => ServiceLane | undefined {
  const lanesOf = new Map(
    services.flatMap(({ name, categories }, index) =>
      categories.map((category) => [category, { name, lane: index % lanes }] as const)
    ),
  );
  return (category) => lanesOf.get(category);
}

/** A service's name in its colour. */
export function ServiceName({ of, fallback = "–" }: {
  readonly of: ServiceLane | undefined;
  readonly fallback?: string;
}) {
  return of
    ? <span class={`of lane-${of.lane}`}>{of.name}</span>
    : <span class="of">{fallback}</span>;
}
