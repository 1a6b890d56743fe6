import type { EventLog, Log, machine, ServiceClient, time } from "@headwater/core";
import type { Process } from "./process.ts";
import type { ProcessRecords } from "./process_records.ts";

/** A process, and what it gets from outside. */
export type ProcessRuntimeOptions = {
  readonly process: Process;
  /** May append to the process's own category. */
  readonly log: EventLog;
  readonly client: ServiceClient;
  readonly records: ProcessRecords;
  readonly logger: Log;
  /** For its pauses and its patience; default: real time. */
  readonly clock?: time.Clock;
  /** Milliseconds since 1970, with which the times are compared that instances wait for; default: the clock of the machine. */
  now?(): number;
  /** By what this operating-system process is known, and one that is started again in its place; default: by nothing. */
  readonly processName?: string | undefined;
  /** What the states that are kept in memory are paid from; default: one of its own. */
  readonly cacheBudget?: machine.CacheBudget;
  /** Takes its numbers; default: nobody does. */
  readonly meter?: machine.Meter;
  /** What is heard and what is sent are spans, of the traces of the events that led to them; default: nobody listens. */
  readonly tracer?: machine.Tracer | undefined;
  /** Uniform in [0, 1). */
  random(): number;
};
