import { join } from "node:path";
import { type EventLog, type HealthCheck, type Log, machine } from "@headwater/core";
import { openEventStoreDb } from "@headwater/eventstoredb";

/** An open log, and how it is known to operators. */
export type OpenLog = {
  readonly log: EventLog;
  /** Of the connection, beside the log's own answer. */
  readonly checks: readonly HealthCheck[];
  /** For people. */
  readonly where: string;
};

/** A log for those who only look. */
export type ReadLog = Pick<EventLog, "read" | "readAll" | "subscribe" | "head">;

/** Opens the log on an event store, or in a file. */
export async function openLog(
  { eventStoreUrl, directory, cacheBudget, logger }: {
    /** Undefined: the embedded log. */
    readonly eventStoreUrl: string | undefined;
    /** Where the embedded log has its file. */
    readonly directory: string;
    /** Of the process: the embedded log's caches are counted there. */
    readonly cacheBudget?: machine.CacheBudget;
    readonly logger: Log;
  },
): Promise<OpenLog> {
  if (eventStoreUrl === undefined) {
    // Most processes of a split application are over a server
    const { openEventLog } = await import("@headwater/event-store");
    const path = eventLogPath(directory);
    const log = openEventLog({ path, cacheBudget, logger });
    return {
      log,
      // Nobody else has this file: whoever runs over another one may be well
      checks: [{ name: "event-log-file", gates: true, check: () => log.head().then(() => {}) }],
      where: `SQLite, ${path}`,
    };
  }
  const log = await openEventStoreDb({ connectionString: eventStoreUrl, logger });
  return {
    log,
    checks: [log.check],
    where: `EventStoreDB, ${machine.withoutPassword(eventStoreUrl)}`,
  };
}

/** The file of the embedded log. */
export function eventLogPath(directory: string): string {
  return join(directory, "events.sqlite");
}
