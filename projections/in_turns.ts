import { setImmediate } from "node:timers/promises";

/** How long long work may keep the event loop to itself. */
const turnMs = 8;
/** The clock is not asked for every item. */
const itemsPerLook = 32;

/** Does something for one item after the other; others get the event loop in between. Rejects with what `act` throws. */
export async function inTurns<Item>(
  items: readonly Item[],
  act: (item: Item, index: number) => void,
): Promise<void> {
  let turnEndsAt = performance.now() + turnMs;
  for (let index = 0; index < items.length; index++) {
    act(items[index]!, index);
    if (index % itemsPerLook === 0 && performance.now() >= turnEndsAt) {
      await setImmediate();
      turnEndsAt = performance.now() + turnMs;
    }
  }
}
