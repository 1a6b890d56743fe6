import type { time } from "@headwater/core";

/** Time that passes when a test says so. */
export type ManualClock = time.Clock & {
  /** Lets time pass: what falls due is called in order, with what it sets off given the chance to run in between. */
  advance(ms: number): Promise<void>;
  /** How many are set and not yet due. */
  pending(): number;
};

/** Clock that a test turns by hand. */
export function manualClock(): ManualClock {
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
    async advance(ms) {
      const until = now + ms;
      await settled();
      for (;;) {
        const [next] = scheduled.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        scheduled = scheduled.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.act();
        await settled();
      }
      now = until;
    },
    pending: () => scheduled.length,
  };
}

/** Long enough for chains of promises, and for the event loop to hand over what streams have ready. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}
