import { time } from "@headwater/core";

/** A place in the queue of those who want to fill a read model, until it is left. */
export type FillTurn = {
  /** True as soon as nobody else fills; false after `waitMs`, or when the signal aborts: the place is kept. */
  hasCome(options: { readonly waitMs: number; readonly signal: AbortSignal }): Promise<boolean>;
  /** Lets the next one fill. */
  leave(): void;
};

/**
 * Read models that share it are filled one after the other, in the order of asking: what a fill holds in memory is held
 * once, and the first is there long before all would be side by side.
 */
export type FillTurns = { ask(): FillTurn };

/** One for all read models of a process. */
export function fillTurns(): FillTurns {
  const queue: PromiseWithResolvers<void>[] = [];
  return {
    ask() {
      const place = Promise.withResolvers<void>();
      queue.push(place);
      queue[0]!.resolve();
      return {
        async hasCome({ waitMs, signal }) {
          if (queue[0] === place) return true;
          const given = new AbortController();
          const late = time.pause(waitMs, { signal: AbortSignal.any([signal, given.signal]) });
          await Promise.race([place.promise, late]);
          given.abort();
          return queue[0] === place;
        },
        leave() {
          const index = queue.indexOf(place);
          if (index >= 0) queue.splice(index, 1);
          queue[0]?.resolve();
        },
      };
    },
  };
}
