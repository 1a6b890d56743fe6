import assert from "node:assert/strict";
import type { WorkerReport } from "../generation.ts";
import type { ActOf, LoadedGeneration, Outcome } from "../worker_state.ts";
import type { WorldDatabase } from "./world_database.ts";
import type { WorldLog } from "./world_log.ts";

/**
 * The life of the one generation of a world. `isBeside`: there is a live generation, which has always read the log to its
 * end, until this one takes its place.
 */
export function worldGeneration(
  { database, log, isBeside }: {
    readonly database: WorldDatabase;
    readonly log: WorldLog;
    readonly isBeside: boolean;
  },
) {
  let switches = isBeside;
  let differs = false;
  return {
    found(report: WorkerReport): LoadedGeneration | undefined {
      return database.table && { checkpoint: database.table.checkpoint, report, switches };
    },
    remember(): Outcome {
      const position = log.head;
      const before = position > 0 ? { position, isSame: true } : { note: "it is empty" };
      return { type: "remembered", before };
    },
    compare({ at, before }: ActOf<"compare">): Outcome {
      if (!database.isAt(at)) return { type: "moved" };
      if ("position" in before) assert.equal(at.position, before.position, "both are there");
      switches &&= !differs;
      database.changeStatus("ready");
      return { type: "compared", status: "ready", isSame: !differs };
    },
    switch(isAsLeft: boolean): Outcome {
      if (!isAsLeft || database.status !== "ready") return { type: "switched", isSwitched: false };
      assert.ok(switches, "operators decide");
      switches = false;
      database.changeStatus("live");
      return { type: "switched", isSwitched: true };
    },
    /** An operator lets the generation be read, or another one. */
    operate(status: "live" | "retired") {
      const from = status === "live" ? ["ready", "retired"] : ["live"];
      if (!from.includes(database.status ?? "")) return;
      database.changeStatus(status);
      switches = false;
    },
    /** What is built is not what is read. */
    differ: () => void (differs = true),
  };
}
