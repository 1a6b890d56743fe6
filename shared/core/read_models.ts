import type { View } from "./view.ts";

/**
 * How far the read models of this process are.
 *
 * Errors: `Unavailable` with code `read-model-rebuilding` while the view's table is being refilled, with `overloaded` where
 * as many wait as may.
 */
export interface ReadModels {
  /** Resolves when the view has reached the position, or the time is up. */
  wait(view: View, options: {
    /** The position the answer must reflect; undefined: whatever there is. */
    readonly position: number | undefined;
    /** Milliseconds to wait for it. */
    readonly waitMs: number;
    readonly signal?: AbortSignal;
  }): Promise<{
    /** The read model reflects the log up to here, or further; undefined: nothing yet. */
    readonly position: number | undefined;
    /** False when the wait ended before the position was reached. */
    readonly reached: boolean;
  }>;
  /**
   * True when the row of this key, or with undefined any row, lacks events that the view cannot take: they are parked, and
   * wait for an operator.
   */
  isParked(view: View, key: string | undefined): Promise<boolean>;
  /**
   * Calls `told` after every commit from which on queries of the view may show something else, whichever process of the
   * service it was of, until what it returns is called. `position`: how far the read model is then; undefined: nothing yet.
   * `keys`: of the rows that changed; undefined: any may have. `isRewrite`: an answer of that very position may show something
   * else now. What other processes commit is told at once where they can be
   * heard, else within a second; several commits may be told as one.
   */
  follow(
    view: View,
    told: (change: {
      readonly position: number | undefined;
      readonly keys: readonly string[] | undefined;
      readonly isRewrite: boolean;
    }) => void,
  ): () => void;
}
