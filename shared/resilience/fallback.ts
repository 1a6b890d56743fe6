import { DeadlineExceeded, Unavailable } from "@headwater/core";
import { LRUCache } from "lru-cache";

/** What was answered of late. */
export type StaleAnswers<Answer> = {
  keep(key: string, answer: Answer): void;
  /** There is nothing of the kind any more. */
  forget(key: string): void;
  /** Undefined: nothing of late. `longestMs`: how old it may be, where that is said of this one. */
  find(
    key: string,
    longestMs?: number,
  ): { readonly answer: Answer; readonly ageMs: number } | undefined;
};

/** Characters in all, and of one: it helps over a moment, and is no cache. */
const most = { size: 4 * 1024 * 1024, ofOne: 64 * 1024 };
const usualStaleMs = 60_000;

/** Keeps what was answered, the least used of it no longer than there is room, and tells nothing older than `staleMs`. */
export function staleAnswers<Answer extends object | string>(
  { sizeOf, now, staleMs = usualStaleMs }: {
    /** In characters, or what takes as much room. */
    sizeOf(answer: Answer): number;
    /** Milliseconds that only grow. */
    readonly now: () => number;
    /** Milliseconds. Default: a minute. */
    readonly staleMs?: number;
  },
): StaleAnswers<Answer> {
  const kept = new LRUCache<string, { readonly answer: Answer; readonly at: number }>({
    maxSize: most.size,
    maxEntrySize: most.ofOne,
    sizeCalculation: ({ answer }, key) => Math.max(1, sizeOf(answer) + key.length),
  });
  return {
    keep: (key, answer) => void kept.set(key, { answer, at: now() }),
    forget: (key) => void kept.delete(key),
    find(key, longestMs = staleMs) {
      const found = kept.get(key);
      const ageMs = found ? now() - found.at : Infinity;
      return found && ageMs <= longestMs ? { answer: found.answer, ageMs } : undefined;
    },
  };
}

/** What came of a call, and what it is: nobody takes the one for the other. */
export type Served<Answer> =
  | { readonly is: "fresh"; readonly answer: Answer }
  | {
    /** It was so of late. */
    readonly is: "stale";
    readonly answer: Answer;
    readonly ageMs: number;
    /** Why it is not fresh. */
    readonly error: unknown;
  }
  | {
    /** What was declared for when there is nothing else. */
    readonly is: "default";
    readonly answer: Answer;
    readonly error: unknown;
  };

/** What there is in place of an answer. */
export type FallbackOptions<Answer> = {
  /** Of earlier ones, by key; default: none is kept. */
  readonly stale?: StaleAnswers<Answer>;
  readonly key?: string;
  /** Where nothing was kept; default: then the error is told. */
  readonly instead?: Answer;
  /** For which errors; default: what is away or late. What is wrong with the request stays so. */
  covers?(error: unknown): boolean;
};

/** Answers with what was answered of late, or with what was declared, where there is no answer. Errors: those of `act`. */
export async function withFallback<Answer>(
  act: () => Promise<Answer>,
  { stale, key = "", covers = isAwayOrLate, ...options }: FallbackOptions<Answer>,
): Promise<Served<Answer>> {
  try {
    const answer = await act();
    stale?.keep(key, answer);
    return { is: "fresh", answer };
  } catch (error) {
    if (!covers(error)) throw error;
    const found = stale?.find(key);
    if (found) return { is: "stale", ...found, error };
    if (options.instead === undefined) throw error;
    return { is: "default", answer: options.instead, error };
  }
}

function isAwayOrLate(error: unknown): boolean {
  return error instanceof DeadlineExceeded || error instanceof Unavailable;
}
