/**
 * A step on the way of an instance, as operators are shown it.
 * @internal
 */
export type WayStep = {
  readonly step: string;
  /**
   * `open`: it is to be done now. `todo`: it is not its turn yet. `left`: it was given up, and may have been done.
   * `needless`: it is not done any more, as all is undone, or has nothing to undo.
   */
  readonly status:
    | "todo"
    | "open"
    | "stuck"
    | "done"
    | "refused"
    | "skipped"
    | "undone"
    | "left"
    | "needless";
  /** ISO 8601: since when it is to be done; null: it is not, or that is not known. */
  readonly since: string | null;
  readonly timeouts: number;
};

/**
 * The way of an instance: what it does one after the other, the steps of each group side by side.
 * @internal
 */
export type Way = {
  readonly groups: readonly (readonly (WayStep & {
    /** The step that undoes it. */
    readonly undo: WayStep | null;
  })[])[];
  /** What comes before and after what undoes steps; empty as long as nothing is undone. */
  readonly before: readonly WayStep[];
  readonly after: readonly WayStep[];
};
