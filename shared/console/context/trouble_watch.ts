import { time } from "@headwater/core";
import type { ConsoleDependencies, KnownTroubles } from "./console_context.ts";
import type { Trouble } from "./trouble.ts";

/** Looks for troubles of one kind. */
export type FindTroubles = (
  dependencies: ConsoleDependencies,
  signal: AbortSignal,
) => Promise<readonly Trouble[]>;

/** As long as nobody looks at it twice. */
const freshMs = 1_000;
/** So long a page waits for it. */
const patienceMs = 150;
const longestLookMs = 5_000;

/** Looks for troubles of every kind side by side; however many ask, one look is under way. */
export function watchTroubles(
  dependencies: ConsoleDependencies,
  { find, now, clock = time.realClock }: {
    readonly find: readonly FindTroubles[];
    now(): number;
    readonly clock?: time.Clock;
  },
): KnownTroubles {
  const found = new Map<FindTroubles, readonly Trouble[]>();
  let seenAt = -Infinity;
  let looking: Promise<void> | undefined;

  function known(): readonly Trouble[] {
    const all = find.flatMap((each) => found.get(each) ?? []);
    return [
      ...all.filter(({ standing }) => standing === "bad"),
      ...all.filter(({ standing }) => standing === "warn"),
    ];
  }
  async function lookAnew(): Promise<void> {
    const over = new AbortController();
    const cancel = clock.after(longestLookMs, () => over.abort());
    try {
      await Promise.all(find.map(async (each) => {
        try {
          found.set(each, await each(dependencies, over.signal));
        } catch (error) {
          dependencies.logger.debug("Cannot look for troubles", { error });
        }
      }));
    } finally {
      cancel();
      seenAt = now();
      looking = undefined;
    }
  }
  return {
    known,
    isSeen: () => seenAt > -Infinity,
    async look() {
      if (now() - seenAt < freshMs) return known();
      looking ??= time.withoutDeadline(lookAnew);
      const late = new AbortController();
      await Promise.race([looking, time.pause(patienceMs, { signal: late.signal, clock })]);
      late.abort();
      return known();
    },
  };
}
