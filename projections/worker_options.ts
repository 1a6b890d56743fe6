import type { machine } from "@headwater/core";
import type { GenerationKeeperOptions } from "./generation_keeper.ts";
import type { LogReadingOptions } from "./log_reading.ts";
import type { ReadModelChange } from "./read_model_change.ts";
import type { WorkerFillOptions } from "./worker_fill.ts";

/** What the worker of a generation gets from outside. */
export type WorkerOptions =
  & GenerationKeeperOptions
  & LogReadingOptions
  & WorkerFillOptions
  & {
    /** Other processes have the same read models: they are told of what is written. */
    areOthersThere(): boolean;
    /** Queries may show something else from now on. */
    onChange(change: ReadModelChange): void;
    /** More of them, and it stops. */
    readonly mostParkedKeys?: number | undefined;
    /** Counts the events that it takes in. */
    readonly applied: machine.Count;
    /** Is told of what is written. */
    readonly tracer: machine.Tracer;
    /** Uniform in [0, 1). */
    readonly random: () => number;
    /** Milliseconds since 1970. */
    readonly now: () => number;
  };
