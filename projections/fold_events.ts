import { eventLog, machine, type Recorded, Unavailable, type View } from "@headwater/core";
import { type ApplyFailure, cannotApply } from "./failure.ts";
import { inTurns } from "./in_turns.ts";
import { keyLane, type Lane, type Letter, streamLane, type Trouble } from "./letter.ts";
import type { ParkedKeys } from "./parked_keys.ts";
import type { Row, RowChanges } from "./row_changes.ts";
import { parkedText } from "./status_table.ts";

/** How far a fold came: all of the events, or those before the one for which there is no place any more. */
export type Folded = { readonly count: number; readonly failure?: ApplyFailure };

/** The rows that came of the event at this position were refused. */
export type RefusedEvent = { readonly position: number; readonly cause: string };

export type FoldOptions = {
  readonly changes: RowChanges;
  /** Takes what cannot be applied, and what comes after it. */
  readonly parked: ParkedKeys;
  readonly refused?: RefusedEvent | undefined;
  /** Rows that are not held yet; absent: there are none. */
  read?(keys: readonly string[]): Promise<ReadonlyMap<string, Row>>;
};

/** An event as a view takes it. */
type Taken = {
  readonly recorded: Recorded;
  readonly keys: readonly string[];
  /** Undefined: it does not concern the view, or cannot be read. */
  readonly event: Recorded | undefined;
  /** Where it is to be parked. */
  readonly unreadable?: { readonly lanes: readonly Lane[]; readonly trouble: Trouble };
};

type Step = { readonly key: string; readonly row: Row | undefined };

/**
 * Folds events into rows, in memory. What cannot be applied is parked under its key, and all that comes after it there;
 * other keys go on. Rejects only where a machine is at fault. `applied` counts what was taken in.
 */
export function eventFolder(
  view: View,
  { applied, noted }: {
    readonly applied?: machine.Count | undefined;
    /** Is told of each event that concerns the view. */
    readonly noted?: (recorded: Recorded) => void;
  } = {},
) {
  const take = eventTaker(view);

  return async function foldEvents(
    recorded: readonly Recorded[],
    { changes, parked, refused, read }: FoldOptions,
  ): Promise<Folded> {
    const taken: Taken[] = [];
    await inTurns(recorded, (each) => taken.push(take(each)));

    if (noted) { for (const { recorded, event } of taken) if (event) noted(recorded); }

    const keys = taken.flatMap(({ event, keys }) => event ? keys : []);
    const missing = read ? changes.missing(keys) : [];
    if (read && missing.length > 0) changes.hold(missing, await read(missing));

    /** What becomes of one event: rows, letters. */
    function outcomeOf({ recorded, event, keys, unreadable }: Taken) {
      const rows: Step[] = [];
      const letters: Letter[] = [];
      for (const lane of unreadable?.lanes ?? []) {
        letters.push({ ...lane, ...unreadable!.trouble, recorded });
      }
      if (!event) return { rows, letters };
      for (const key of keys) {
        const trouble = behind(recorded, key) ?? refusal(recorded) ?? evolve(event, { key, rows });
        if (trouble) letters.push({ ...keyLane(key), ...trouble, recorded });
      }
      return { rows, letters };
    }

    function behind({ stream }: Recorded, key: string): Trouble | undefined {
      if (parked.count === 0) return undefined;
      const lane = [keyLane(key), streamLane(stream)].find((lane) => parked.has(lane));
      return lane && { class: "behind", cause: isBehind(lane) };
    }

    function refusal({ position }: Recorded): Trouble | undefined {
      return refused?.position === position
        ? { class: "refused", cause: refused.cause }
        : undefined;
    }

    function evolve(
      event: Recorded,
      { key, rows }: { readonly key: string; readonly rows: Step[] },
    ): Trouble | undefined {
      try {
        rows.push({ key, row: view.evolve(changes.get(key), event, key) });
        return undefined;
      } catch (error) {
        return troubleOf("threw", error);
      }
    }

    /** True for nearly every event: it has been folded into its one row. */
    function isEasy({ event, keys, unreadable }: Taken): boolean {
      const [key] = keys;
      if (unreadable || keys.length > 1) return false;
      if (!event || key === undefined) return true;
      try {
        changes.set(key, view.evolve(changes.get(key), event, key));
        return true;
      } catch {
        return false;
      }
    }

    let count = 0;
    let failure: ApplyFailure | undefined;
    await inTurns(taken, (each) => {
      if (failure) return;
      if (!refused && parked.count === 0 && isEasy(each)) {
        count++;
        return;
      }
      const { rows, letters } = outcomeOf(each);
      const isNew = letters.some((letter) => !parked.has(letter));
      if (isNew && parked.count >= parked.most) {
        const isFull = parked.most > 0
          ? `; there are ${parkedText(parked.most)}, and no more may be`
          : "";
        const cause = `${letters[0]!.cause}${isFull}`;
        failure = cannotApply(view.name, { first: each.recorded, count: 1, cause });
        return;
      }
      for (const { key, row } of rows) changes.set(key, row);
      for (const letter of letters) parked.park(letter);
      count++;
    });
    applied?.add(count);
    return failure ? { count, failure } : { count };
  };
}

/** Reads an event as a view knows it, and tells which rows it concerns. */
export function eventTaker(view: View): (recorded: Recorded) => Taken {
  const schemas = new Map(view.reads.map((schema) => [schema.category, schema]));

  function unreadable(recorded: Recorded, trouble: Trouble): Taken {
    return {
      recorded,
      keys: [],
      event: undefined,
      unreadable: { lanes: lanesOf(recorded), trouble },
    };
  }

  /** Of what cannot be read: its keys where these can be told all the same, else its stream. */
  function lanesOf(recorded: Recorded): readonly Lane[] {
    const ofStream = [streamLane(recorded.stream)];
    try {
      const keys = view.keys(recorded);
      const areKeys = keys.length > 0 && keys.every((key) => typeof key === "string");
      return areKeys ? keys.map(keyLane) : ofStream;
    } catch {
      return ofStream;
    }
  }

  return (recorded) => {
    let event: Recorded | undefined;
    try {
      // Undefined for a type that its release does not know
      event = schemas.get(eventLog.categoryOf(recorded.stream))?.decode(recorded);
    } catch (error) {
      return unreadable(recorded, troubleOf("unreadable", error));
    }
    try {
      return { recorded, event, keys: event ? view.keys(event) : [] };
    } catch (error) {
      return unreadable(recorded, troubleOf("unreadable", error));
    }
  };
}

export function isBehind({ byStream, key }: Lane): string {
  return `An earlier event of ${byStream ? "stream" : "key"} "${key}" is parked`;
}

/** Throws where a machine is at fault: that it is tried again. */
export function troubleOf(kind: Trouble["class"], error: unknown): Trouble {
  if (Unavailable.isCauseOf(error)) throw error;
  return { class: kind, cause: machine.messageOf(error) };
}
