import type { ReadModels } from "@headwater/core";
import { type Act, type Outcome, reaches, type WorkerState } from "./worker_state.ts";

/** What those who follow a read model are told of a commit. */
export type ReadModelChange = Parameters<Parameters<ReadModels["follow"]>[1]>[0];

/** What the outcome of an act has changed for those who read; undefined: nothing that is known here. */
export function readModelChange(
  { act, outcome, before, after }: {
    readonly act: Act;
    readonly outcome: Outcome;
    readonly before: WorkerState;
    readonly after: WorkerState;
  },
): ReadModelChange | undefined {
  if (after.stored?.status !== "live") return undefined;
  const { position } = after;
  if (before.stored?.status !== "live") return { position, keys: undefined, isRewrite: true };
  if (act.type === "write" && outcome.type === "done") {
    const { keys = [] } = outcome;
    return keys.length > 0 ? { position, keys, isRewrite: false } : undefined;
  }
  // What another process has done, or what was parked before
  const isElsewhere = outcome.type === "seen" || outcome.type === "prepared";
  const areOthersParked = before.parkedKeys !== after.parkedKeys;
  const hasMoved = before.position !== position;
  const isOther = isElsewhere && (hasMoved || areOthersParked);
  if (!isOther && outcome.type !== "retried") return undefined;
  const isFurther = hasMoved && reaches(position, before.position);
  return { position, keys: undefined, isRewrite: areOthersParked || !isFurther };
}
