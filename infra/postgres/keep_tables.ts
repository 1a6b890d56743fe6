import { type Log, time } from "@headwater/core";

/** How the tables of a database are made, and who is told. */
export type KeepTablesOptions = {
  /** As `OpenedDatabase` has it. */
  migrate(): Promise<readonly string[]>;
  /** Whose they are, for the log. */
  readonly service: string;
  readonly logger: Log;
  readonly clock?: time.Clock;
};

/** So long nobody tries again: what is missing may be nothing that a migration makes. */
const pauseMs = 1_000;
/** How often it is told that a table cannot be made. */
const tellEveryMs = 60_000;

/**
 * Migrates once more as soon as somebody has missed a table: it was dropped by hand, left out of a copy, or is gone with its
 * database. Whoever missed it asks again anyway, as its clients do; so nobody has to be started again. Disposing it waits
 * for what is under way.
 */
export function keepTables(
  { migrate, service, logger, clock = time.realClock }: KeepTablesOptions,
): AsyncDisposable & { missed(): void } {
  const isNews = time.onceEvery(tellEveryMs, clock);
  let restAt = -Infinity;
  let migrating: Promise<void> | undefined;

  async function migrateAgain(): Promise<void> {
    try {
      const made = await migrate();
      // None where another process was faster, or no migration makes what is missing
      if (made.length === 0) return;
      logger.warn("Tables were gone, and are made anew", { service, migrations: made });
    } catch (error) {
      const level = isNews(String(error)) ? "error" : "debug";
      logger[level]("Tables are gone, and cannot be made anew", { service, error });
    } finally {
      restAt = clock.now() + pauseMs;
      migrating = undefined;
    }
  }

  return {
    missed() {
      if (clock.now() >= restAt) migrating ??= migrateAgain();
    },
    async [Symbol.asyncDispose]() {
      restAt = Infinity;
      await migrating;
    },
  };
}
