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

type Decoded = { readonly event: Recorded | undefined; readonly keys: readonly string[] };

/** Folds events into rows, in memory. */
export function eventFolder(view: View) {
  const decode = viewDecoder(view);

  return async function foldEvents(
    recorded: readonly Recorded[],
    { changes, read }: FoldOptions,
  ): Promise<Folded> {
    const decoded: Decoded[] = [];

    let failed: { readonly index: number; readonly cause: unknown } | undefined;

    try {
      await inTurns(recorded, (stored) => {
        const event = decode(stored);
        decoded.push({ event, keys: event ? view.keys(event) : [] });
      });
    } catch (cause) {
      failed = { index: decoded.length, cause };
    }

    const missing = read ? changes.missing(decoded.flatMap(({ keys }) => keys)) : [];
    if (read && missing.length > 0) changes.hold(missing, await read(missing));

    let folded = 0;
    try {
      await inTurns(decoded, ({ event, keys }) => {
        if (event) apply(event, keys, changes);
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

  /** All rows that the event concerns, or none. */
  function apply(event: Recorded, keys: readonly string[], changes: RowChanges): void {
    if (keys.length === 1) {
      const key = keys[0]!;
      return changes.set(key, view.evolve(changes.get(key), event, key));
    }
    const rows = keys.map((key) => view.evolve(changes.get(key), event, key));
    for (const [index, key] of keys.entries()) changes.set(key, rows[index]);
  }
}

/**
 * Reads stored events as a view knows them. Undefined for a type that its release does not know.
 * Throws when stored data does not fit its schema.
 */
function viewDecoder(view: View): (recorded: Recorded) => Recorded | undefined {
  const schemas = new Map(view.reads.map((schema) => [schema.category, schema]));
  return (recorded) => schemas.get(eventLog.categoryOf(recorded.stream))?.decode(recorded);
}
