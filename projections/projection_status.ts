import type { ProjectionState } from "./checkpoint.ts";

/** One read model as operators see it. */
export type ProjectionStatus = {
  readonly service: string;
  readonly name: string;
  readonly state: ProjectionState;
  /** ISO 8601: since when it has been in this state; null: that is not known. */
  readonly since: string | null;
  readonly cause: string | null;
  /** Age of the oldest event that is not applied; 0 when there is none. */
  readonly lagMs: number;
  readonly caughtUp: boolean;
  /** Everything up to here is in the read model. */
  readonly position: number | null;
  /** Of the view that the table was made for. */
  readonly version: number;
  /** The table was made for another version of the view than this code has. */
  readonly needsRebuild: boolean;
  readonly parkedKeys: number;
};
