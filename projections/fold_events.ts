import type { Recorded } from "@headwater/shared/domain/event";
import type { View } from "@headwater/shared/domain/view";
import { setImmediate } from "node:timers/promises";
import { ApplyFailure } from "./apply_failure.ts";
import type { RowChanges } from "./row_changes.ts";
import type { Row } from "./view_table.ts";
import { type Keyed, viewDecoder } from "./view_decoder.ts";

/** How long a fold may keep the event loop to itself. */
const sliceMs = 8;

/** How far a fold came: all of the events, or those before the one that failed. */
export type Folded = { readonly count: number; readonly failure?: ApplyFailure };

/** Folds events into rows, in memory; rows that are not held yet are read with `read`. */
export function eventFolder(view: View) {
  const decode = viewDecoder(view);

  return async function foldEvents(
    events: readonly Recorded[],
    { changes, read }: {
      readonly changes: RowChanges;
      read(keys: readonly string[]): Promise<ReadonlyMap<string, Row>>;
    },
  ): Promise<Folded> {
    const breathe = breather();
    const keyed: (Keyed & { readonly index: number })[] = [];
    let failed: { readonly index: number; readonly cause: unknown } | undefined;

    for (const [index, recorded] of events.entries()) {
      try {
        const concerned = decode(recorded);
        if (concerned) keyed.push({ ...concerned, index });
      } catch (cause) {
        failed = { index, cause };
        break;
      }
      if (breathe.isDue()) await breathe.now();
    }

    const missing = changes.missing(keyed.map(({ key }) => key));
    if (missing.length > 0) changes.hold(missing, await read(missing));

    for (const { key, event, index } of keyed) {
      try {
        changes.set(key, view.evolve(changes.get(key), event));
      } catch (cause) {
        failed = { index, cause };
        break;
      }
      if (breathe.isDue()) await breathe.now();
    }

    if (!failed) return { count: events.length };
    const { index, cause } = failed;
    return {
      count: index,
      failure: new ApplyFailure(view.name, { first: events[index]!, cause }),
    };
  };
}

/** Lets others have the event loop every few milliseconds. */
function breather() {
  let turnEndsAt = performance.now() + sliceMs;
  return {
    isDue: () => performance.now() >= turnEndsAt,
    async now() {
      await setImmediate();
      turnEndsAt = performance.now() + sliceMs;
    },
  };
}
