import { time } from "@headwater/core";
import { WaitedInVain } from "@headwater/testing";

const lookEveryMs = 50;
/** Much longer than what is allowed: how long it takes is what people want to see, also where it is too long. */
const longestMs = 300_000;

/** Resolves as soon as `look` finds something; a look that can be repeated for a long time, so it is not hurried. */
export async function until<Found>(
  what: string | (() => string),
  look: () => Promise<Found | false | undefined> | Found | false | undefined,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Found> {
  const limit = performance.now() + longestMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > limit) {
      const sought = typeof what === "string" ? what : what();
      throw new WaitedInVain(`Cannot wait any longer than ${longestMs / 1_000} s for ${sought}`);
    }
    await time.pause(lookEveryMs, { signal });
  }
}
