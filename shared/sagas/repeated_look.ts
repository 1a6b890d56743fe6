import { type Log, time } from "@headwater/core";
import { restoreTables } from "./restore_tables.ts";

/** How often it is looked for what instances are to be told: half of what a time may be late. */
const everyMs = 500;
const longestPauseMs = 5_000;

/** Looks until the signal aborts, at once and every 500 ms, less often while that fails. */
export async function lookRepeatedly(
  look: () => Promise<void>,
  { process, restore, troubled, logger, clock, signal }: {
    readonly process: { readonly name: string };
    /** Makes tables anew where one is gone; default: nobody does. */
    readonly restore?: (() => Promise<readonly string[]>) | undefined;
    /** Told why it fails; undefined: it does not. */
    troubled(trouble: unknown): void;
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
      troubled(undefined);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      troubled(error);
      const fields = { processManager: process.name, error };
      logger.warn("looking for times and acts failed, will go on", fields);
      await restoreTables(error, { process: process.name, restore, logger });
    }
    const ms = Math.min(longestPauseMs, everyMs * 2 ** failures);
    await time.pauseAbout(ms, { signal, clock });
  }
}
