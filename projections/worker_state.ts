import type { eventLog, ReadModels, Unavailable, View } from "@headwater/core";
import type { Checkpoint, GenerationStatus, ReplayProgress, WorkerReport } from "./generation.ts";
import type { RefusedEvent } from "./fold_events.ts";
import type { Parked } from "./letter.ts";
import type { Before } from "./verify_generation.ts";
import type { ApplyFailure, Failure, SomeEvents } from "./failure.ts";

export type ReadModelWait = Parameters<ReadModels["wait"]>[1];
export type ReadModelState = Awaited<ReturnType<ReadModels["wait"]>>;

/** The one long thing that a worker is at; each has one outcome. */
export type Act =
  /** Read the checkpoint, and take the lease where it may be had. */
  | { readonly type: "prepare" }
  /** See how far the process is that has the lease; soon, where somebody waits to hear it. */
  | { readonly type: "watch"; readonly isUrgent: boolean }
  | {
    readonly type: "subscribe";
    readonly after: eventLog.LogMark | number | undefined;
    readonly filling: boolean;
  }
  /** Fold what comes next, at most `limit` events, none beyond `until`; `holdsAll`: there are no rows that must be read before; `refused`: is parked. */
  | {
    readonly type: "apply";
    readonly limit: number;
    readonly until: number | undefined;
    readonly holdsAll: boolean;
    /** False: there is something else to do if nothing is there already. */
    readonly waits: boolean;
    readonly refused: RefusedEvent | undefined;
  }
  /** Write rows and move the checkpoint, both or neither; where it stays as it is (`from === to`), only the report. */
  | {
    readonly type: "write";
    readonly from: Checkpoint;
    readonly to: Checkpoint;
    readonly report: WorkerReport;
    readonly replay: ReplayProgress | undefined;
    /** There is no going on after it without a pause. */
    readonly pauses: boolean;
    /** The rows that were written stay in memory, to be folded on. */
    readonly keeps: boolean;
    /** Others may have the generation after it. */
    readonly leaves: boolean;
  }
  /** Do what is due for the letters of one key, while the checkpoint is there; with what operators are told. */
  | { readonly type: "retry"; readonly at: Checkpoint; readonly report: WorkerReport }
  /** See whether the checkpoint is still there, and keep the lease. */
  | { readonly type: "look"; readonly at: Checkpoint }
  /** Keep in mind what the live generation is, at some position of it. */
  | { readonly type: "remember"; readonly at: Checkpoint }
  /** See whether this generation is what that one was, and write it down: it is ready. */
  | { readonly type: "compare"; readonly before: Before; readonly at: Checkpoint }
  /** Take the place of the live generation. */
  | { readonly type: "switch"; readonly at: Checkpoint }
  /** After so many failures in a row. */
  | { readonly type: "pause"; readonly attempt: number };

export type ActOf<Type extends Act["type"]> = Extract<Act, { type: Type }>;

/** How that came out. */
export type Outcome =
  /** Undefined: the generation or its table is not there any more. */
  | {
    readonly type: "prepared";
    readonly found: LoadedGeneration | undefined;
    readonly isOwner: boolean;
    readonly parked?: Parked;
  }
  | {
    readonly type: "seen";
    readonly found: LoadedGeneration | undefined;
    /** Nobody has the lease. */
    readonly isFree: boolean;
    readonly parked?: Parked;
  }
  /** Where a table is to be filled: up to where, and whether no further; undefined: there is nothing. */
  | {
    readonly type: "subscribed";
    readonly head: number | undefined;
    readonly isBound: boolean;
  }
  /** Events were folded; or there were none, and only the position moves on. */
  | {
    readonly type: "applied";
    readonly events: SomeEvents | undefined;
    /** Everything up to here was considered; undefined: nothing more than before. */
    readonly position: number | undefined;
    /** By what that place is known again. */
    readonly mark: eventLog.LogMark | undefined;
    readonly caughtUp: boolean;
    /** When the last of them was recorded. */
    readonly recordedAt: string | undefined;
    /** What is held in memory: so many rows, those that the table does not have yet, and about how much these are. */
    readonly rows: number;
    readonly changes: number;
    readonly bytes: number;
    readonly parkedKeys: number;
    /** The next event cannot be applied. */
    readonly failure?: ApplyFailure;
  }
  /** Nothing came for a while, or nothing could be asked for, since others fill. */
  | { readonly type: "quiet"; readonly isQueued?: boolean }
  /** Written, still there, or rested; with the status that operators may have given it, and the keys of rows that changed. */
  | {
    readonly type: "done";
    readonly status?: GenerationStatus;
    readonly areDue?: boolean;
    readonly keys?: readonly string[];
  }
  | ({ readonly type: "retried" } & Parked)
  /** Somebody else has moved the checkpoint, or taken the generation over; `isGone`: a table is not there any more. */
  | { readonly type: "moved"; readonly isGone?: boolean }
  | { readonly type: "remembered"; readonly before: Before }
  /** It waits for an operator where rows differ. */
  | { readonly type: "compared"; readonly status: GenerationStatus; readonly isSame: boolean }
  /** False: not now. */
  | { readonly type: "switched"; readonly isSwitched: boolean }
  | { readonly type: "failed"; readonly failure: Failure };

export type OutcomeOf<Type extends Outcome["type"]> = Extract<Outcome, { type: Type }>;

/** Somebody who waits for a position; undefined: until anything is known. */
export type Waiter = { readonly id: number; readonly position: number | undefined };

/** What happens to a worker. */
export type Happening =
  | Outcome
  /** Another process has less to do: it may have the generation. */
  | { readonly type: "release" }
  /** A connection to PostgreSQL broke, whoever used it: the server may have crashed. */
  | { readonly type: "disconnected" }
  | ({ readonly type: "asked" } & Waiter)
  | { readonly type: "late"; readonly id: number }
  /** So many events more, up to there, of a table that is filled in bulk. */
  | {
    readonly type: "progressed";
    readonly events: number;
    readonly position: number | undefined;
  }
  | { readonly type: "stop" };

/** … and when: in milliseconds since 1970, which people read, and of a clock that is never set, which tells how long. */
export type Happened = Happening & { readonly at: number; readonly clock: number };

/** What is to be done at once. */
export type Todo =
  /** What it is at need not be waited for: let it come to an end. */
  | { readonly type: "interrupt" }
  | {
    readonly type: "answer";
    readonly id: number;
    /** `"elsewhere"`: this generation is not what is read (any more). */
    readonly answer: ReadModelState | Unavailable | "elsewhere";
  }
  /** Somebody waits: see at once how far it is. */
  | { readonly type: "hurry" }
  | {
    readonly type: "log";
    readonly level: "error" | "warn" | "info" | "debug";
    readonly before: WorkerReport;
    readonly report: WorkerReport;
  };

/** A table being filled, up to where the log ended as that began. */
export type Replay = {
  /** Positions: where it went on, where it will end, where it is. */
  readonly from: number;
  readonly target: number;
  readonly events: number;
  readonly position: number;
  /** By the clock that is never set. */
  readonly startedAt: number;
  readonly toldAt: number;
};

/**
 * How many events are written at once. When PostgreSQL refuses rows of several events, fewer are tried, down to the one
 * that is at fault: what comes before it is applied, and it can be named.
 */
export type Pace = { readonly limit: number; readonly carefulUntil: number };

export const fullPace: Pace = { limit: Infinity, carefulUntil: -1 };

/** Which generation of which view it works for. */
export type WorkedView = Pick<View, "name" | "version"> & {
  readonly generation: number;
  /** This release can apply events to it. */
  readonly isOwn: boolean;
};

/** A generation as a worker finds it. */
export type LoadedGeneration = {
  readonly checkpoint: Checkpoint;
  readonly report: WorkerReport;
  /** It takes the place of the live generation once it is ready. */
  readonly switches: boolean;
};

/** Where a worker is; all that its readers and operators are told follows from it. */
export type WorkerState = {
  readonly view: WorkedView;
  /** When something last happened to it: milliseconds since 1970. */
  readonly now: number;
  /** … and by a clock that is never set: milliseconds since whenever. */
  readonly clock: number;
  /** Undefined: it has ended. */
  readonly doing: Act | undefined;
  readonly report: WorkerReport;
  /** As the table has it; undefined until it was read. */
  readonly stored: Checkpoint | undefined;
  /** It has the lease: it alone applies events. */
  readonly isOwner: boolean;
  /** It takes the place of the live generation once it is ready. */
  readonly switches: boolean;
  /** What it is filled to beside the live generation, and no further: there they are compared. */
  readonly bound: number | undefined;
  /** The live generation, as it is remembered at the bound. */
  readonly remembered: Before | undefined;
  /** When it last tried to take the live generation's place. */
  readonly triedSwitchAt: number;
  /** The read model holds everything up to here; ahead of the stored one where no row changed since. */
  readonly position: number | undefined;
  /** Folded up to here, in memory. */
  readonly folded: number | undefined;
  /** By what that place in the log is known again. */
  readonly foldedMark: eventLog.LogMark | undefined;
  readonly unwritten: SomeEvents | undefined;
  /** When something last came from the log. */
  readonly appliedAt: number;
  /** What is held in memory is all that the table has. */
  readonly holdsAll: boolean;
  /** PostgreSQL may have crashed since the position was read or written, and have lost it: the last commits need not be on its disk. */
  readonly isUnsure: boolean;
  /** What operators in other processes were told, and when. */
  readonly saved: { readonly report: WorkerReport | undefined; readonly at: number };
  readonly replay: Replay | undefined;
  /** Others are filled before it. */
  readonly isQueued: boolean;
  readonly pace: Pace;
  /** The one event whose row was refused. */
  readonly refused: RefusedEvent | undefined;
  readonly parkedKeys: number;
  readonly areDue: boolean;
  /** Letters of a key were tried just now: what comes is taken in before the next ones. */
  readonly isTurnOfLog: boolean;
  /** In a row, without getting any further. */
  readonly failures: number;
  readonly waiting: readonly Waiter[];
  /** It has taken in the first events, or found out that it cannot. */
  readonly hasTried: boolean;
  readonly wasLive: boolean;
  /** What it is at is of no use any more: a connection broke. */
  readonly isLost: boolean;
  /** It is to let others have the generation. */
  readonly isLeaving: boolean;
  readonly isStopping: boolean;
};

/** True when everything up to `other` is reached; undefined is before everything. */
export function reaches(position: number | undefined, other: number | undefined): boolean {
  return (position ?? -1) >= (other ?? -1);
}
