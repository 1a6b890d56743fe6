import type { time } from "@headwater/core";
import { isNotLeader } from "./event_store_failure.ts";

const maxTries = 5;
const firstPauseMs = 25;

/**
 * Does again what a node refused because another one leads: by then the client is on its way to that one. To be used
 * for what may be repeated.
 */
export async function atLeader<Result>(
  clock: time.Clock,
  act: () => Promise<Result>,
): Promise<Result> {
  for (let tries = 1;; tries++) {
    try {
      return await act();
    } catch (error) {
      if (!isNotLeader(error) || tries === maxTries) throw error;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(firstPauseMs * 2 ** tries, resolve);
    await promise;
  }
}
