import { time } from "@headwater/core";
import type { Sql } from "postgres";
import {
  type Generation,
  generationsOf,
  isBeingMoved,
  type ReplayProgress,
  silentMs,
  type Verdict,
} from "./generation.ts";

const lookEveryMs = 200;

/** How the building of a generation ended, or what holds it up. */
export type RebuildEnd =
  | { readonly type: "live" }
  /** It waits to be switched to; `verdict` tells why, where it was to take over by itself. */
  | { readonly type: "ready"; readonly verdict: Verdict | null }
  | { readonly type: "failing"; readonly cause: string }
  /** Somebody has dropped it. */
  | { readonly type: "aborted" }
  /** Nobody waits for it any longer. */
  | { readonly type: "under-way" }
  /** Nobody has been heard of for a while, and no statement of anybody's is filling the table. */
  | { readonly type: "nobody" };

/** Follows the building of a generation, which a worker does in some process. */
export async function followRebuild(
  sql: Sql,
  { name, generation, signal, patienceMs = silentMs, onProgress }:
    & Pick<Generation, "name" | "generation">
    & {
      readonly patienceMs?: number;
      readonly signal: AbortSignal;
      onProgress(progress: ReplayProgress): void;
    },
): Promise<RebuildEnd> {
  let heard: number | undefined;
  let heardAt = performance.now();
  while (!signal.aborted) {
    const found = (await generationsOf(sql, name)).find((each) => each.generation === generation);
    if (!found) return { type: "aborted" };
    const { status, state, cause, updatedAt, replay, switches, verdict } = found;
    if (status === "live") return { type: "live" };
    if (status === "ready" && !switches) return { type: "ready", verdict };
    if (status === "retired") return { type: "live" };
    if (state === "failing" || state === "other-log") {
      return { type: "failing", cause: cause ?? "" };
    }
    if (updatedAt !== heard) {
      heard = updatedAt;
      heardAt = performance.now();
      if (replay) onProgress(replay);
    } else if (performance.now() - heardAt > patienceMs) {
      const isIdle = found.isFree && !await isBeingMoved(sql, { name, generation });
      if (isIdle) return { type: "nobody" };
      heardAt = performance.now();
    }
    await time.pause(lookEveryMs, { signal });
  }
  return { type: "under-way" };
}
