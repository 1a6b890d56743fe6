import type { Recorded } from "@headwater/shared/domain/event";
import type { View } from "@headwater/shared/domain/view";
import { setImmediate } from "node:timers/promises";
import { ApplyFailure } from "./apply_failure.ts";
import type { RowChanges } from "./row_changes.ts";
import { viewDecoder } from "./view_decoder.ts";
import type { Row } from "./view_table.ts";

/** How long a fold may keep the event loop to itself. */
const sliceMs = 8;
/** The clock is not asked for every event. */
const eventsPerLook = 32;

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

    const decoded = await eachInTurn(recorded, (stored) => {
      const event = decode(stored);
      keys.push(event && view.key(event));
      events.push(event);
    });

    const missing = read ? changes.missing(keys.filter((key) => key !== undefined)) : [];
    if (read && missing.length > 0) changes.hold(missing, await read(missing));

    const folded = await eachInTurn(events.slice(0, decoded.count), (event, index) => {
      const key = keys[index];
      if (event && key !== undefined) changes.set(key, view.evolve(changes.get(key), event));
    });

    const { count } = folded;
    if (count === recorded.length) return { count };
    const { cause } = folded.failed ? folded : decoded;
    return { count, failure: new ApplyFailure(view.name, { first: recorded[count]!, cause }) };
  };
}

type Turns = { readonly count: number; readonly failed: boolean; readonly cause?: unknown };

/** Does something for one item after the other until it throws; others get the event loop in between. */
async function eachInTurn<Item>(
  items: readonly Item[],
  act: (item: Item, index: number) => void,
): Promise<Turns> {
  let turnEndsAt = performance.now() + sliceMs;
  for (let index = 0; index < items.length; index++) {
    try {
      act(items[index]!, index);
    } catch (cause) {
      return { count: index, failed: true, cause };
    }
    if (index % eventsPerLook === 0 && performance.now() >= turnEndsAt) {
      await setImmediate();
      turnEndsAt = performance.now() + sliceMs;
    }
  }
  return { count: items.length, failed: false };
}
