import { type Log, time } from "@headwater/core";

/** How often it is looked for what instances are to be told: half of what a time may be late. */
const everyMs = 500;
const longestPauseMs = 5_000;

/** Looks until the signal aborts, at once and every 500 ms, less often while that fails. */
export async function lookRepeatedly(
  look: () => Promise<void>,
  { process, logger, clock, signal }: {
    readonly process: { readonly name: string };
    readonly logger: Log;
    readonly clock: time.Clock;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    try {
      await look();
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      const fields = { processManager: process.name, error };
      logger.warn("looking for times and acts failed, will go on", fields);
    }
    const ms = Math.min(longestPauseMs, everyMs * 2 ** failures);
    await time.pause(ms, { signal, clock });
  }
}
