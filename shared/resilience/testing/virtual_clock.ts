import type { time } from "@headwater/core";

/** Time that passes when a test says so, without giving anything else the chance to run: for thousands of turns. */
export type VirtualClock = time.Clock & {
  advance(ms: number): void;
  /** How many are set and not yet due. */
  pending(): number;
};

/** Begins at 0. */
export function virtualClock(): VirtualClock {
  let now = 0;
  let scheduled: { readonly at: number; readonly act: () => void }[] = [];
  return {
    now: () => now,
    after(ms, act) {
      const entry = { at: now + ms, act };
      scheduled.push(entry);
      return () => {
        scheduled = scheduled.filter((other) => other !== entry);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const [next] = scheduled.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        scheduled = scheduled.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.act();
      }
      now = until;
    },
    pending: () => scheduled.length,
  };
}
