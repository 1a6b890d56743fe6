import type { View } from "./view.ts";

export type ReadModelWait = {
  /** The position the answer must reflect; undefined: whatever there is. */
  readonly position: number | undefined;
  /** Milliseconds to wait for it. */
  readonly waitMs: number;
  readonly signal?: AbortSignal;
};

export type ReadModelState = {
  /** The read model reflects the log up to here, or further; undefined: nothing yet. */
  readonly position: number | undefined;
  /** False when the wait ended before the position was reached. */
  readonly reached: boolean;
};

/**
 * How far the read models of this process are.
 *
 * Errors: `Unavailable` with code `read-model-rebuilding` while the view's table is being refilled.
 */
export interface ReadModels {
  wait(view: View, options: ReadModelWait): Promise<ReadModelState>;
}
