import {
  DeadlineExceeded,
  type EventLog,
  eventLog,
  type Recorded,
  time,
  Unavailable,
} from "@headwater/core";
import { newEvents, within } from "@headwater/testing";
import type { Chances } from "@shop/demo";

/** An append that the log has acknowledged. */
export type Acknowledged = {
  readonly stream: string;
  readonly ids: readonly string[];
  readonly appended: eventLog.Appended;
};

export type LoadOptions = {
  readonly chances: Chances;
  readonly writers: number;
  /** At least. */
  readonly appendsPerWriter: number;
  /** Whether all that is to go wrong meanwhile has; until then writers go on. Default: it has. */
  readonly isEnough?: () => boolean;
  /** Hears of each append as it is acknowledged. */
  readonly onAcknowledged?: () => void;
};

/**
 * Appends of one to five events by several writers at once, each repeated with the same ids until it is acknowledged. Each writer has a
 * stream of its own, where it knows what to expect; all of them share others, and begin new ones.
 */
export async function appendUnderFaults(
  log: EventLog,
  { chances, writers, appendsPerWriter, isEnough = () => true, onAcknowledged = () => {} }:
    LoadOptions,
): Promise<readonly Acknowledged[]> {
  const acknowledged: Acknowledged[] = [];

  async function write(writer: number): Promise<void> {
    let revision = -1;
    for (let number = 0; number < appendsPerWriter || !isEnough(); number++) {
      const events = newEvents(1 + chances.whole(5));
      const kind = chances.whole(4);
      const [stream, expected]: [string, eventLog.ExpectedRevision] = kind < 2
        ? [`apple-${writer}`, revision === -1 ? "no-stream" : revision]
        : kind === 2
        ? [`plum-${writer}-${number}`, "no-stream"]
        : [`pear-${chances.whole(2)}`, "no-stream"];
      const appended = kind === 3
        ? await appendAmongOthers(log, { stream, events, chances })
        : await insist(() => log.append(stream, events, { expected }), chances);
      if (kind < 2) revision = appended.revision;
      acknowledged.push({ stream, ids: events.map(({ id }) => id), appended });
      onAcknowledged();
    }
  }

  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  return acknowledged;
}

/** Where others append too: only after a lost race, which says that nothing was written, is the next end tried. */
async function appendAmongOthers(
  log: EventLog,
  { stream, events, chances }: {
    readonly stream: string;
    readonly events: readonly eventLog.NewEvent[];
    readonly chances: Chances;
  },
): Promise<eventLog.Appended> {
  for (let expected: eventLog.ExpectedRevision = "no-stream";;) {
    try {
      return await insist(() => log.append(stream, events, { expected }), chances);
    } catch (error) {
      if (!(error instanceof eventLog.RevisionConflict)) throw error;
      expected = error.actual ?? "no-stream";
    }
  }
}

/** Repeats what failed for a reason that passes, for a minute at the most. */
async function insist<Result>(
  act: () => Promise<Result>,
  { whole }: Chances,
): Promise<Result> {
  for (const until = performance.now() + 60_000;;) {
    try {
      return await within("the log to answer", act());
    } catch (error) {
      const passes = error instanceof Unavailable || error instanceof DeadlineExceeded;
      if (!passes || performance.now() > until) throw error;
    }
    await time.pause(1 + whole(50));
  }
}

export type Follower = {
  readonly categories: readonly string[] | undefined;
  readonly received: Recorded[];
  /** Resolves when it has come to a position. */
  reached(position: number): Promise<void>;
  readonly ended: Promise<void>;
};

/** Subscribes, and now and then leaves and subscribes again where it was, as after a restart. */
export function followUnderFaults(
  log: EventLog,
  { categories, chances, signal }: {
    readonly categories: readonly string[] | undefined;
    readonly chances: Chances;
    readonly signal: AbortSignal;
  },
): Follower {
  const received: Recorded[] = [];
  let position: number | undefined;
  let mark: eventLog.LogMark | undefined;
  let wanted = { position: Infinity, ...Promise.withResolvers<void>() };

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      for await (const batch of log.subscribe({ after: mark, categories, signal })) {
        received.push(...batch.events);
        ({ position, mark } = batch);
        if ((position ?? -1) >= wanted.position) wanted.resolve();
        if (chances.happens(0.02)) break;
      }
    }
  }

  return {
    categories,
    received,
    reached(target) {
      wanted = { position: target, ...Promise.withResolvers<void>() };
      if ((position ?? -1) >= target) wanted.resolve();
      return within(() => `position ${target}: the follower is at ${position}`, wanted.promise);
    },
    ended: follow(),
  };
}
