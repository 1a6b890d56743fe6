import { type Log, time } from "@headwater/core";
import type { Sql } from "postgres";
import { answered } from "./answered.ts";
import { resetChannel, type ResetNotice } from "./prepare_view.ts";

/** How long leaving may take when PostgreSQL does not answer. */
const leaveMs = 500;

/**
 * Hears at once when another process resets a read model. Not needed for correctness: a worker finds that its
 * checkpoint was reset when it writes, or within a second.
 */
export function listenForResets(
  { sql, logger, random, onReset }: {
    readonly sql: Sql;
    readonly logger: Log;
    readonly random: () => number;
    onReset(notice: ResetNotice): void;
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
      const { unlisten } = await sql.listen(resetChannel, (payload) => {
        if (!stop.signal.aborted) onReset(JSON.parse(payload));
      });
      return unlisten;
    } catch (error) {
      logger.warn("Resets of read models are noticed within a second, not at once", { error });
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
        logger.debug("The channel of resets could not be left", { error })
      );
      await Promise.race([leaving, time.pause(leaveMs, { signal: given.signal })]);
      given.abort();
    },
  };
}
