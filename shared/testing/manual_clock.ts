import type { time } from "@headwater/core";
import { steppedClock } from "./virtual_clock.ts";

/** Time that passes when a test says so. */
export type ManualClock = time.Clock & {
  /** Lets time pass: what falls due is called in order, with what it sets off given the chance to run in between. */
  advance(ms: number): Promise<void>;
  /** How many are set and not yet due. */
  pending(): number;
};

/** Clock that a test turns by hand. */
export function manualClock(): ManualClock {
  const { clock, stepTo } = steppedClock();
  return {
    ...clock,
    async advance(ms) {
      const until = clock.now() + ms;
      do await settled(); while (stepTo(until));
    },
  };
}

/** Long enough for chains of promises, and for the event loop to hand over what streams have ready. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}
