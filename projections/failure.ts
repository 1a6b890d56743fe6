import { DeadlineExceeded, eventLog, machine, type Recorded, Unavailable } from "@headwater/core";

/** Why something could not be done, as far as it matters to what is done next. */
export type Failure = {
  /** For operators. */
  readonly cause: string;
  /** A machine is at fault, which may come back, and neither an event nor the code that folds it. */
  readonly isMachine: boolean;
  readonly isPostgresAway: boolean;
  /** The log is not the one that was read. */
  readonly isOtherLog: boolean;
  /** A row was refused, by the view's columns or by PostgreSQL: an event is at fault. */
  readonly isRefusal: boolean;
};

/** A row would not come back from the table as it is. */
export class RowRefused extends Error {
  override readonly name = "RowRefused";
}

/** SQLSTATEs of what a row is refused for: 22 its data, 23 and 44 constraints, 54 its size, P0 a trigger. */
const refusals = /^(22|23|44|54|P0)/;

/** Some events cannot be applied to a read model. */
export type ApplyFailure = {
  /** Says which, and why. */
  readonly cause: string;
  /** When the first of them was recorded. */
  readonly behindSince: string;
};

/** The first of some events, and how many they are. */
export type SomeEvents = { readonly first: Recorded; readonly count: number };

export function failureOf(error: unknown): Failure {
  const isMachine = Unavailable.isCauseOf(error);
  const isOtherMachine = error instanceof DeadlineExceeded ||
    error instanceof Unavailable && error.code !== "postgres-unavailable";
  return {
    cause: machine.messageOf(error),
    isMachine,
    isPostgresAway: isMachine && !isOtherMachine,
    isOtherLog: error instanceof eventLog.ForeignPosition,
    isRefusal: error instanceof RowRefused ||
      error instanceof Error && "code" in error && refusals.test(String(error.code)),
  };
}

export function cannotApply(
  view: string,
  { first, count, cause }: SomeEvents & { readonly cause: string },
): ApplyFailure {
  const events = count > 1 ? `${count} events from event` : "event";
  return {
    cause:
      `Cannot apply ${events} ${first.revision} ("${first.type}") of stream "${first.stream}" to "${view}": ${cause}`,
    behindSince: first.recordedAt,
  };
}
