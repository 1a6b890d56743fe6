import { type EventLog, type Recorded, time } from "@headwater/core";
import { positionAt } from "./position_at.ts";

/** All that is known to have followed from one request. */
export type StoryEvents = {
  /** In the order of the log. */
  readonly events: readonly Recorded[];
  /** There is more of it than is shown. */
  readonly isCut: boolean;
  /** Everything before this position is still to be looked at; undefined: the story's beginning is known, or the log's. */
  readonly before: number | undefined;
};

/** More nobody looks through. */
export const mostEvents = 400;
const pageEvents = 256;
/** Events on both sides of one that is known: a request's first seconds on a busy log. */
const beside = 1_000;
/** Of a stream that was part of it, so many events before and after those that are known. */
const alongStream = 200;
const mostRounds = 20;
/** As long as people do not notice. */
const usualBudgetMs = 120;

/**
 * Finds what belongs to a correlation, with no index of them: looks through the log on both sides of an event that is known, or
 * of when the id says that it was made, or from a position back; then at what came later in the streams that were part of it, which leads to what happened beside that.
 */
export async function storyEvents(
  log: Pick<EventLog, "head" | "read" | "readAll">,
  { correlationId, at, before, budgetMs = usualBudgetMs, signal }: {
    readonly correlationId: string;
    /** Position of an event of it. */
    readonly at?: number | undefined;
    /** Where nothing is known: looks from here back. Default: the end. */
    readonly before?: number | undefined;
    readonly budgetMs?: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<StoryEvents> {
  const until = performance.now() + budgetMs;
  const common = signal ? { signal } : {};
  const found = new Map<number, Recorded>();
  const seen = new Set<number>();
  /** The first and the last revision that is known of each. */
  const streams = new Map<string, { first: number; last: number }>();
  /** Between which positions everything was looked at. */
  const windows: (readonly [number, number])[] = [];

  /** Positions of this story that were not known before. */
  function take(page: readonly Recorded[]): readonly number[] {
    const fresh = page.filter(({ metadata, position }) =>
      metadata.$correlationId === correlationId && !seen.has(position)
    );
    for (const event of fresh) {
      const { position, stream, revision } = event;
      seen.add(position);
      if (found.size < mostEvents) found.set(position, event);
      const { first, last } = streams.get(stream) ?? { first: revision, last: revision };
      streams.set(stream, { first: Math.min(first, revision), last: Math.max(last, revision) });
    }
    return fresh.map(({ position }) => position);
  }
  async function lookAround(position: number): Promise<void> {
    const options = { ...common, limit: beside };
    const later = await all(log.readAll({ ...options, after: Math.max(0, position - 1) }));
    const back = { ...options, direction: "backwards", after: position } as const;
    const earlier = await all(log.readAll(back));
    take(later);
    take(earlier);
    const isFromStart = earlier.length < beside;
    windows.push([
      isFromStart ? 0 : earlier.at(-1)!.position,
      later.at(-1)?.position ?? position,
    ]);
  }
  /** Looks from a position back until something of it was found, and where that began. */
  async function lookBack(start: number | undefined): Promise<void> {
    let next = start;
    for (let empty = 0; performance.now() < until;) {
      const options = { ...common, direction: "backwards", limit: pageEvents } as const;
      const page = await all(
        log.readAll({ ...options, ...(next !== undefined && { after: next }) }),
      );
      empty = take(page).length > 0 ? 0 : empty + page.length;
      next = page.length < pageEvents ? 0 : page.at(-1)!.position;
      windows.push([next, page[0]?.position ?? start ?? 0]);
      if (next === 0 || seen.size > 0 && empty >= beside) return;
    }
  }
  /** What came earlier and later in the streams of it. */
  async function lookAlong(): Promise<readonly number[]> {
    const fresh: number[] = [];
    for (const [stream, { first, last }] of [...streams]) {
      const options = { ...common, limit: alongStream };
      fresh.push(...take(await all(log.read(stream, { ...options, from: last + 1 }))));
      if (first === 0) continue;
      const back = { ...options, direction: "backwards", from: first - 1 } as const;
      fresh.push(...take(await all(log.read(stream, back))));
    }
    return fresh;
  }

  const madeAt = before === undefined ? time.timeOfId(correlationId) : undefined;
  const known = at ?? (madeAt === undefined ? undefined : await positionAt(log, madeAt, common));
  if (known !== undefined) await lookAround(known);
  if (at === undefined && seen.size === 0) {
    // Nothing of it was made when its id was: that says nothing of what lies between
    windows.length = 0;
    await lookBack(before);
  }
  for (let rounds = 0; rounds < mostRounds && performance.now() < until; rounds++) {
    const fresh = await lookAlong();
    if (fresh.length === 0) break;
    for (const position of fresh) {
      const isKnown = windows.some(([from, to]) => from <= position && position <= to);
      if (!isKnown && performance.now() < until) await lookAround(position);
    }
  }
  const events = [...found.values()].sort((one, other) => one.position - other.position);
  const from = Math.min(...windows.map(([from]) => from));
  const isBegun = events.length > 0 && isRoot(events[0]!, events);
  return {
    events,
    isCut: seen.size > found.size,
    before: isBegun || from === 0 ? undefined : from,
  };
}

async function all(pages: AsyncIterable<readonly Recorded[]>): Promise<readonly Recorded[]> {
  return (await Array.fromAsync(pages)).flat();
}

/** Nothing of it came before: a client's command, not another event, has led to it. */
function isRoot(first: Recorded, events: readonly Recorded[]): boolean {
  const { $causationId, commandId } = first.metadata;
  return $causationId === commandId && !events.some(({ id }) => id === $causationId);
}
