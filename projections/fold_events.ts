import { eventLog, type Recorded, type View } from "@headwater/core";
import { type ApplyFailure, cannotApply, messageOf } from "./failure.ts";
import { inTurns } from "./in_turns.ts";
import type { Row, RowChanges } from "./row_changes.ts";

/** How far a fold came: all of the events, or those before the one that failed. */
export type Folded = { readonly count: number; readonly failure?: ApplyFailure };

export type FoldOptions = {
  readonly changes: RowChanges;
  /** Rows that are not held yet; absent: there are none. */
  read?(keys: readonly string[]): Promise<ReadonlyMap<string, Row>>;
};

/** Folds events into rows, in memory. */
export function eventFolder(view: View) {
  const decode = viewDecoder(view);

  return async function foldEvents(
    recorded: readonly Recorded[],
    { changes, read }: FoldOptions,
  ): Promise<Folded> {
    const events: (Recorded | undefined)[] = [];
    const keys: (string | undefined)[] = [];

    let failed: { readonly index: number; readonly cause: unknown } | undefined;

    try {
      await inTurns(recorded, (stored) => {
        const event = decode(stored);
        keys.push(event && view.key(event));
        events.push(event);
      });
    } catch (cause) {
      failed = { index: events.length, cause };
    }

    const decoded = keys.slice(0, events.length);
    const missing = read ? changes.missing(decoded.filter((key) => key !== undefined)) : [];
    if (read && missing.length > 0) changes.hold(missing, await read(missing));

    let folded = 0;
    try {
      await inTurns(events, (event, index) => {
        const key = decoded[index];
        if (event && key !== undefined) changes.set(key, view.evolve(changes.get(key), event));
        folded++;
      });
    } catch (cause) {
      failed = { index: folded, cause };
    }

    if (!failed) return { count: recorded.length };
    const { index, cause } = failed;
    const first = recorded[index]!;
    return {
      count: index,
      failure: cannotApply(view.name, { first, count: 1, cause: messageOf(cause) }),
    };
  };
}

/**
 * Reads stored events as a view knows them. Undefined for a type that its release does not know.
 * Throws when stored data does not fit its schema.
 */
function viewDecoder(view: View): (recorded: Recorded) => Recorded | undefined {
  const schemas = new Map(view.reads.map((schema) => [schema.category, schema]));
  return (recorded) => schemas.get(eventLog.categoryOf(recorded.stream))?.decode(recorded);
}
