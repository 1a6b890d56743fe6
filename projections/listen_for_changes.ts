import { type Log, time } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { generationChannel } from "./establish_view.ts";
import { changeChannel } from "./write_changes.ts";

/** How long leaving may take when PostgreSQL does not answer. */
const leaveMs = 500;

/**
 * Hears at once when generations of a read model come, go, or change places, and when another process has written rows.
 * Not needed for correctness: a worker finds that when it writes, or within a second.
 */
export function listenForChanges(
  { sql, logger, random, onChange, onGenerations }: {
    readonly sql: Sql;
    readonly logger: Log;
    readonly random: () => number;
    /** Another process may have written rows of it. */
    onChange(name: string): void;
    /** Generations of it came, went, or changed places. */
    onGenerations(name: string): void;
  },
): AsyncDisposable & { readonly tried: Promise<void> } {
  const stop = new AbortController();
  const tried = Promise.withResolvers<void>();

  async function listen(): Promise<(() => Promise<void>) | undefined> {
    try {
      // Not before the server is there: the first LISTEN on a channel has to succeed in postgres.js.
      for (let attempt = 1; !await isThere(); attempt++) {
        await time.pause(time.backOffMs(attempt, { random }), { signal: stop.signal });
        if (stop.signal.aborted) return undefined;
      }
      const heard: readonly [string, (name: string) => void][] = [
        [generationChannel, onGenerations],
        [changeChannel, onChange],
      ];
      const listening = await Promise.all(
        heard.map(([channel, on]) =>
          sql.listen(channel, (name) => {
            if (!stop.signal.aborted) on(name);
          })
        ),
      );
      return async () => {
        await Promise.all(listening.map(({ unlisten }) => unlisten()));
      };
    } catch (error) {
      logger.warn("What others do to read models is noticed within a second, not at once", {
        error,
      });
      return undefined;
    }
  }

  async function isThere(): Promise<boolean> {
    try {
      await answered(() => sql`select 1`);
      return true;
    } catch (error) {
      logger.debug("PostgreSQL does not answer", { error });
      tried.resolve();
      return false;
    }
  }

  const listening = listen();
  listening.then(() => tried.resolve());
  return {
    /** Resolves when it listens, or has found out that it cannot now. */
    tried: tried.promise,
    async [Symbol.asyncDispose]() {
      stop.abort();
      const given = new AbortController();
      const leaving = listening.then((unlisten) => unlisten?.()).catch((error) =>
        logger.debug("The channel of generations could not be left", { error })
      );
      await Promise.race([leaving, time.pause(leaveMs, { signal: given.signal })]);
      given.abort();
    },
  };
}
