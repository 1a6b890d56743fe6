import { type Log, machine } from "@headwater/core";

/**
 * Has the tables of a process's records made anew where it failed for want of one, dropped by hand or left out of a copy:
 * all that was in them follows from the log. Never rejects: who failed tries again anyway.
 */
export async function restoreTables(
  failure: unknown,
  { process, restore, logger }: {
    readonly process: string;
    readonly restore?: (() => Promise<readonly string[]>) | undefined;
    readonly logger: Log;
  },
): Promise<void> {
  if (!restore || !machine.isMissingTable(failure)) return;
  const fields = { processManager: process, cause: failure.message };
  try {
    // None where another process was faster
    const restored = await restore();
    if (restored.length === 0) return;
    logger.warn("records of a process were gone, and are made anew", { ...fields, restored });
  } catch (error) {
    logger.error("records of a process are gone, and cannot be made anew", { ...fields, error });
  }
}
