import type { edge } from "@headwater/http";

/** Of what state of the read models an answer is. */
export type Made = {
  /** Of which log. */
  readonly log: string;
  readonly position: number;
  /** How many changes this process had heard when it asked; -1: another process did. */
  readonly heard: number;
};

/** What an answer was made of. */
export type MadeOf = {
  readonly views: readonly string[];
  /** Of the only row; undefined: any row may be in it. */
  readonly key: string | undefined;
};

/** What is known of the changes of a service's read models, as its stream tells them. */
export type KnownChanges = {
  /** The stream has begun: nothing is known of what was before. */
  begin(log: string): void;
  hear(change: edge.ViewChange): void;
  /** The stream has broken: whatever was made may have changed. */
  forget(): void;
  /** Counts what was heard. */
  readonly heard: number;
  /** Undefined: nobody tells of changes. */
  readonly log: string | undefined;
  /** Whether nothing is known that could make an answer another one now, and it would be known. */
  isFresh(made: Made, of: MadeOf): boolean;
};

type Change = Pick<edge.ViewChange, "isRewrite"> & {
  readonly position: number;
  /** Which one it was of those heard. */
  readonly order: number;
};

type ChangesOfView = {
  /** The last that may have been of any row. */
  whole: Change;
  /** The last of some row. */
  latest: Change;
  readonly byKey: Map<string, Change>;
};

/** Beyond that a change that was heard long ago counts as one of any row. */
const mostKeys = 10_000;

/**
 * Positions are compared, so that it does not matter which of two arrives first, an answer or the change that it has
 * already. Where rows were written anew at a position, only an answer counts that was asked for afterwards.
 */
export function knownChanges(): KnownChanges {
  const views = new Map<string, ChangesOfView>();
  let heard = 0;
  let log: string | undefined;

  return {
    begin(newLog) {
      views.clear();
      log = newLog;
    },
    hear({ view, position = -1, keys, isRewrite }) {
      const change = { position, isRewrite, order: ++heard };
      const known = views.get(view);
      if (!known || !keys) {
        // Of a view of which nothing was heard before nothing else is known
        if (!keys) views.set(view, { whole: change, latest: change, byKey: new Map() });
        return;
      }
      known.latest = change;
      for (const key of keys) {
        known.byKey.delete(key);
        known.byKey.set(key, change);
      }
      for (const [key, oldest] of known.byKey) {
        if (known.byKey.size <= mostKeys) break;
        known.byKey.delete(key);
        if (oldest.position >= known.whole.position) known.whole = oldest;
      }
    },
    forget() {
      views.clear();
      log = undefined;
    },
    get heard() {
      return heard;
    },
    get log() {
      return log;
    },
    isFresh(made, { views: names, key }) {
      return log !== undefined && made.log === log && names.every((name) => {
        const known = views.get(name);
        if (!known) return false;
        const ofRow = key === undefined ? known.latest : known.byKey.get(key);
        return has(made, known.whole) && (!ofRow || has(made, ofRow));
      });
    },
  };
}

/** Whether an answer has a change in it. */
function has(made: Made, { position, isRewrite, order }: Change): boolean {
  if (made.position !== position) return made.position > position;
  return !isRewrite || made.heard >= order;
}
