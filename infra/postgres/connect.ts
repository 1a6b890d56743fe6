import postgres, { type Sql } from "postgres";
import type { Log } from "@headwater/core";

/** A pool of connections, and whose it is. */
export type ConnectOptions = {
  readonly url: string;
  /** What the server's list of connections shows, for example the service's name. */
  readonly name: string;
  /** Connections at most; default 10. They are made as they are needed. */
  readonly max?: number;
  readonly logger: Log;
};

/**
 * A pool of connections; nothing is connected before the first query.
 *
 * Arrays are PostgreSQL's text, in and out: pass JSON instead. `bigint` columns are numbers, and one beyond 2^53 fails its query instead of losing digits. A query under way when the
 * connection breaks rejects with code `CONNECTION_CLOSED`; the next one connects again, rejecting with `ECONNREFUSED`
 * or `CONNECT_TIMEOUT` while there is no server.
 */
export function connect({ url, name, max = 10, logger }: ConnectOptions): Sql {
  return postgres(url, {
    max,
    connect_timeout: 5,
    idle_timeout: 20,
    // Idle connections are used in turn, which keeps more of them open at rest than are needed; each costs some 15 MB
    max_lifetime: 30,
    // The default waits up to 25 s after a few refusals: too long where a server is back in half a second
    backoff: (retries: number) => Math.min(0.05 * 2 ** retries, 1) * (0.5 + Math.random() / 2),
    // The query for them on every new connection rejects unhandled when the server goes away at that moment
    fetch_types: false,
    connection: { application_name: `headwater-${name}` },
    onnotice: (notice) => logger.debug("PostgreSQL notices", { name, text: notice.message }),
    types: {
      bigint: { to: 20, from: [20], serialize: String, parse: safeInteger },
    },
  }) as unknown as Sql;
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`Cannot read bigint "${text}" as a number: beyond 2^53`);
  }
  return value;
}
