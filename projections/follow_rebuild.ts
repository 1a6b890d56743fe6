import { time } from "@headwater/core";
import type { Sql } from "postgres";
import { isBeingMoved, type ReplayProgress, silentMs, storedCheckpoints } from "./checkpoint.ts";

const lookEveryMs = 200;

export type RebuildEnd = "done" | "failing" | "nobody";

/**
 * Follows a rebuild that a worker does in some process, until it is done, fails, or nobody does it: nobody has been heard
 * of for a while, and no statement of anybody's is filling the table.
 * Resolves to how it ended, with the cause of a failure.
 */
export async function followRebuild(
  sql: Sql,
  { name, signal, patienceMs = silentMs, onProgress }: {
    readonly name: string;
    readonly patienceMs?: number;
    readonly signal: AbortSignal;
    onProgress(progress: ReplayProgress): void;
  },
): Promise<{ readonly end: RebuildEnd; readonly cause?: string }> {
  let heard: number | undefined;
  let heardAt = performance.now();
  while (!signal.aborted) {
    const [stored] = await storedCheckpoints(sql, name);
    if (!stored?.filling) return { end: "done" };
    const { state, cause, updatedAt, replay } = stored;
    if (state === "failing" || state === "other-log") return { end: "failing", cause: cause ?? "" };
    if (updatedAt !== heard) {
      heard = updatedAt;
      heardAt = performance.now();
      if (replay) onProgress(replay);
    } else if (performance.now() - heardAt > patienceMs) {
      if (!await isBeingMoved(sql, name)) return { end: "nobody" };
      heardAt = performance.now();
    }
    await time.pause(lookEveryMs, { signal });
  }
  return { end: "nobody" };
}
