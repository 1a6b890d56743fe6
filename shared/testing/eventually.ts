import { WaitedInVain, within } from "./within.ts";

/** Resolves with what `look` finds, as soon as it finds something that is not false or undefined; 60 s at the most. */
export async function eventually<Found>(
  what: string,
  look: () => Promise<Found | false | undefined> | Found | false | undefined,
): Promise<Found> {
  const limit = performance.now() + 60_000;
  for (;;) {
    const found = await within(what, Promise.resolve(look()));
    if (found !== undefined && found !== false) return found;
    if (performance.now() > limit) {
      throw new WaitedInVain(`Cannot wait any longer than 60 s for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
