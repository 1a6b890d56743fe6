import { type EventLog, type Log, time } from "@headwater/core";

/** How often the log's end is looked at. */
const lookEveryMs = 2_500;
/** Who has not come to where the log ended so long ago does not follow it, whatever it says of itself. */
const patienceMs = 20_000;

/** Where the log ended, and when that was seen. */
export type SeenHead = { readonly head: number; readonly at: number };

/** The newest place that everybody who follows the log must have come to by now; undefined: there is none. */
export function dueHead(heads: readonly SeenHead[], now: number): SeenHead | undefined {
  return heads.findLast(({ at }) => now - at >= patienceMs);
}

/** Heads of which one is still of use: the newest that is due, and those after it. */
export function withHead(heads: readonly SeenHead[], seen: SeenHead): readonly SeenHead[] {
  const due = heads.findLastIndex(({ at }) => seen.at - at >= patienceMs);
  const kept = heads.slice(Math.max(due, 0));
  return kept.at(-1)?.head === seen.head ? kept : [...kept, seen];
}

/** Looks at the log's end, so that a reader is found out that does not follow it and does not know that. */
export function watchProgress(
  log: Pick<EventLog, "head">,
  { logger, now }: { readonly logger: Log; readonly now: () => number },
): AsyncDisposable & {
  /** Why somebody who has come to `position` does not follow the log; undefined: as far as is known it does. */
  stalled(position: number | undefined): string | undefined;
} {
  const stop = new AbortController();
  const { signal } = stop;
  let heads: readonly SeenHead[] = [];

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      try {
        const head = await log.head();
        if (head !== undefined) heads = withHead(heads, { head, at: now() });
      } catch (error) {
        // Who reads it says that it is away
        logger.debug("The log's end could not be looked at", { error });
      }
      await time.pauseAbout(lookEveryMs, { signal });
    }
  }

  const watching = watch();
  return {
    stalled(position) {
      const due = dueHead(heads, now());
      if (!due || (position ?? -1) >= due.head) return undefined;
      const seconds = Math.floor((now() - due.at) / 1_000);
      return `it is at position ${
        position ?? "none"
      }, and the log was at ${due.head} ${seconds} s ago`;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await watching;
    },
  };
}
