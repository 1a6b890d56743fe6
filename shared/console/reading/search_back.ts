import type { EventLog, Recorded } from "@headwater/core";

/** What was found, and where to go on. */
export type Found = {
  /** The newest first. */
  readonly events: readonly Recorded[];
  /** Everything before this position is still to be looked at; undefined: nothing is. */
  readonly before: number | undefined;
  /** How many events were looked at. */
  readonly lookedAt: number;
};

/** As long as people do not notice. */
const usualBudgetMs = 100;
const pageEvents = 256;

/**
 * Looks for events from a position back, by pages of bounded size: as many as a page shows, or as far as the time goes. There is
 * no index of types or correlations, and nobody who writes pays for one.
 */
export async function searchBack(
  log: Pick<EventLog, "readAll">,
  { before, categories, matches = () => true, most, budgetMs = usualBudgetMs, signal }: {
    /** Default: the end. */
    readonly before?: number | undefined;
    readonly categories?: readonly string[] | undefined;
    matches?(event: Recorded): boolean;
    readonly most: number;
    readonly budgetMs?: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Found> {
  const until = performance.now() + budgetMs;
  const events: Recorded[] = [];
  let lookedAt = 0;
  let next = before;
  for (;;) {
    const limit = lookedAt === 0 ? most + 1 : pageEvents;
    const page = await pageBefore(log, { next, categories, limit, signal });
    for (const event of page) {
      if (events.length === most) return { events, before: next, lookedAt };
      lookedAt++;
      next = event.position;
      if (matches(event)) events.push(event);
    }
    if (page.length < limit) return { events, before: undefined, lookedAt };
    if (performance.now() > until) return { events, before: next, lookedAt };
  }
}

async function pageBefore(
  log: Pick<EventLog, "readAll">,
  { next, categories, limit, signal }: {
    readonly next: number | undefined;
    readonly categories: readonly string[] | undefined;
    readonly limit: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<readonly Recorded[]> {
  const pages = log.readAll({
    direction: "backwards",
    limit,
    ...(next !== undefined && { after: next }),
    ...(categories && { categories }),
    ...(signal && { signal }),
  });
  return (await Array.fromAsync(pages)).flat();
}
