import type { GenerationKeeperOptions } from "./generation_keeper.ts";
import type { LogReadingOptions } from "./log_reading.ts";
import type { WorkerFillOptions } from "./worker_fill.ts";

/** What the worker of a generation gets from outside. */
export type WorkerOptions =
  & GenerationKeeperOptions
  & LogReadingOptions
  & WorkerFillOptions
  & {
    /** More of them, and it stops. */
    readonly mostParkedKeys?: number | undefined;
    /** Uniform in [0, 1). */
    readonly random: () => number;
    /** Milliseconds since 1970. */
    readonly now: () => number;
  };
