import type { ReadModels } from "@headwater/core";
import type { Act, Outcome, WorkerState } from "./worker_state.ts";

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
  if (before.stored?.status !== "live") return { position, keys: undefined };
  if (act.type === "write" && outcome.type === "done") {
    return outcome.keys && outcome.keys.length > 0 ? { position, keys: outcome.keys } : undefined;
  }
  // What another process has done, or what was parked before
  const isElsewhere = outcome.type === "seen" || outcome.type === "prepared";
  const isOther = isElsewhere &&
    (before.position !== position || before.parkedKeys !== after.parkedKeys);
  return isOther || outcome.type === "retried" ? { position, keys: undefined } : undefined;
}
