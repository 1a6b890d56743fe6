import type { Recorded } from "@headwater/core";
import type { Failure } from "../failure.ts";
import type { Outcome } from "../worker_state.ts";

/** True for the events of which a row comes. */
export function changesRow(position: number): boolean {
  return position % 3 === 1;
}

/** The key of an event, whether it changes its row or not. */
export function keyOf(position: number): number {
  return position % 7;
}

/** What a table holds that is filled up to a position. */
export function rowsUpTo(position = 0): number[] {
  return Array.from({ length: position }, (_, index) => index + 1).filter(changesRow);
}

/** The one event of a stream. */
export function eventAt(position: number): Recorded {
  const recordedAt = new Date(position).toISOString();
  const event = { stream: `account-${position}`, type: "Deposited", revision: 0, position };
  return { ...event, recordedAt, data: {} } as unknown as Recorded;
}

/** How an act comes out when something is broken. */
export function broken(
  what: "postgres-away" | "log-away" | "bug" | "refused" | "other-log",
): Outcome {
  const failure: Failure = {
    cause: `${what} it is`,
    isMachine: what === "postgres-away" || what === "log-away",
    isPostgresAway: what === "postgres-away",
    isOtherLog: what === "other-log",
    isRefusal: what === "refused",
  };
  return { type: "failed", failure };
}
