import { pause } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import type { ProjectionState, ReplayProgress } from "./checkpoint.ts";

const lookEveryMs = 200;
/** Three heartbeats of a worker. */
const silentMs = 15_000;

export type RebuildEnd = "done" | "failing" | "nobody";

type Row = {
  readonly filling: boolean;
  readonly state: ProjectionState;
  readonly cause: string | null;
  readonly replayed: number | null;
  readonly target: number | null;
  readonly events_per_second: number | null;
  readonly updated: string;
};

/**
 * Follows a rebuild that a worker does in some process, until it is done, fails, or nobody seems to do it.
 * Resolves to how it ended, with the cause of a failure.
 */
export async function followRebuild(
  sql: Sql,
  { name, signal, onProgress }: {
    readonly name: string;
    readonly signal: AbortSignal;
    onProgress(progress: ReplayProgress): void;
  },
): Promise<{ readonly end: RebuildEnd; readonly cause?: string }> {
  let heard: string | undefined;
  let heardAt = performance.now();
  while (!signal.aborted) {
    const [row] = await answered(() =>
      sql<Row[]>`
      select filling, state, cause, replayed::float8 as replayed, target::float8 as target,
             events_per_second, updated_at::text as updated
      from projection_checkpoint where name = ${name}`
    );
    if (!row?.filling) return { end: "done" };
    if (row.state === "failing") return { end: "failing", cause: row.cause ?? "" };
    if (row.updated !== heard) {
      heard = row.updated;
      heardAt = performance.now();
      if (row.replayed !== null && row.target !== null) {
        const { replayed, target } = row;
        onProgress({ replayed, target, eventsPerSecond: row.events_per_second ?? 0 });
      }
    } else if (performance.now() - heardAt > silentMs) {
      return { end: "nobody" };
    }
    await pause(lookEveryMs, { signal });
  }
  return { end: "nobody" };
}
