import type { time } from "@headwater/core";

/**
 * Time that passes when a test says so, without giving anything else the chance to run: for thousands of turns.
 * @internal
 */
export type VirtualClock = time.Clock & {
  advance(ms: number): void;
  /** How many are set and not yet due. */
  pending(): number;
};

/** Begins at 0. */
export function virtualClock(): VirtualClock {
  const { clock, stepTo } = steppedClock();
  return {
    ...clock,
    advance(ms) {
      const until = clock.now() + ms;
      while (stepTo(until));
    },
  };
}

/**
 * A clock and the way to turn it: `stepTo` calls the first that falls due until then, at its time; false: nobody was left,
 * and it is that time now.
 */
export function steppedClock(): {
  readonly clock: Omit<VirtualClock, "advance">;
  stepTo(until: number): boolean;
} {
  let now = 0;
  let scheduled: { readonly at: number; readonly act: () => void }[] = [];
  return {
    clock: {
      now: () => now,
      after(ms, act) {
        const entry = { at: now + ms, act };
        scheduled.push(entry);
        return () => {
          scheduled = scheduled.filter((other) => other !== entry);
        };
      },
      pending: () => scheduled.length,
    },
    stepTo(until) {
      const [next] = scheduled.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) {
        now = until;
        return false;
      }
      scheduled = scheduled.filter((other) => other !== next);
      now = Math.max(now, next.at);
      next.act();
      return true;
    },
  };
}
