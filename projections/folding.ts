import type { Recorded } from "@headwater/core";
import { placeAfter } from "./batch_inbox.ts";
import type { FillFolder } from "./fill_folder.ts";
import type { Reached } from "./fill_target.ts";
import type { Place } from "./place_index.ts";

/** Events that come next, and how far one is before and after them. */
export type FoldedPage = {
  readonly events: readonly Recorded[];
  readonly before: Reached;
  readonly after: Reached;
};

/** An event cannot be applied; everything before it was. */
export type FoldFailure = { readonly cause: string; readonly reached: Reached };

/** Whoever folds a history into a table: here, or in a thread, where it may be behind with what it was given. */
export interface Folding extends AsyncDisposable {
  /** Tells of the first event that could not be applied, of these or earlier ones; nothing after it is folded. */
  fold(page: FoldedPage): Promise<FoldFailure | undefined>;
  /** The same when everything was folded that was given. */
  settled(): Promise<FoldFailure | undefined>;
  /** Writes everything, and moves the checkpoint to where the last event was that was folded. */
  save(to: Reached): Promise<void>;
  /** Where rows are that the table has already. */
  locate(keys: readonly string[], places: readonly Place[]): void;
  /** So much is kept until it is saved that it should be. */
  readonly isSaveDue: boolean;
  /** There are more keys than it can know the places of. */
  readonly isFull: boolean;
}

/** What went wrong with a page of which `count` events were folded. */
export function failureIn(
  { events, before, after }: FoldedPage,
  { count, cause }: { readonly count: number; readonly cause: string },
): FoldFailure {
  const mark = after.mark ?? before.mark;
  const end = { events, mark, position: undefined, caughtUp: false };
  return { cause, reached: count > 0 ? placeAfter(end, count) : before };
}

/** Folds where everything else is done, too. */
export function foldingHere(folder: FillFolder): Folding {
  let failure: FoldFailure | undefined;
  return {
    async fold(page) {
      if (failure) return failure;
      const { count, cause } = await folder.fold(page.events);
      if (cause !== undefined) failure = failureIn(page, { count, cause });
      return failure;
    },
    settled: () => Promise.resolve(failure),
    save: (to) => folder.save(to),
    locate: (keys, places) => folder.locate(keys, places),
    get isSaveDue() {
      return folder.isSaveDue;
    },
    get isFull() {
      return folder.isFull;
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
