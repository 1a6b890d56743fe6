import { type Log, time } from "@headwater/core";

/** How often it is looked for what instances are to be told: half of what a time may be late. */
const everyMs = 500;
const longestPauseMs = 5_000;
/** How often it is told that it still fails for the same reason. */
const tellEveryMs = 60_000;

/** Looks until the signal aborts, at once and every 500 ms, less often while that fails. */
export async function lookRepeatedly(
  look: () => Promise<void>,
  { process, troubled, logger, clock, signal }: {
    readonly process: { readonly name: string };
    /** Told why it fails; undefined: it does not. */
    troubled(trouble: unknown): void;
    readonly logger: Log;
    readonly clock: time.Clock;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  let failures = 0;
  let isNews = time.onceEvery(tellEveryMs);
  while (!signal.aborted) {
    try {
      await look();
      if (failures > 0) isNews = time.onceEvery(tellEveryMs);
      failures = 0;
      troubled(undefined);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      troubled(error);
      const fields = { processManager: process.name, error };
      const level = isNews(String(error)) ? "warn" : "debug";
      logger[level]("looking for times and acts failed, will go on", fields);
    }
    const ms = Math.min(longestPauseMs, everyMs * 2 ** failures);
    await time.pauseAbout(ms, { signal, clock });
  }
}
