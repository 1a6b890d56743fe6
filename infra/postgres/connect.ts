import postgres, { type Sql } from "postgres";
import type { Socket } from "node:net";
import { type Log, machine } from "@headwater/core";
import { readDatabaseUrl } from "./database_url.ts";
import { cancelQuery } from "./cancel_query.ts";
import { holdEnd } from "./hold_end.ts";
import { limitQuery } from "./limit_query.ts";
import { openSocket } from "./open_socket.ts";
import { observePool } from "./pool_metrics.ts";
import { type Pulse, pulse } from "./pulse.ts";
import { watchSocket } from "./watch_socket.ts";

/** A pool of connections, and whose it is. */
export type ConnectOptions = {
  readonly url: string;
  /** What the server's list of connections shows, for example the service's name. */
  readonly name: string;
  /** Connections at most; default 10. They are made as they are needed. */
  readonly max?: number;
  /** After so long every query has rejected, and a connection on which nothing came is given up; default 10,000. */
  readonly patienceMs?: number;
  /** Every query finds its rows by their keys: plans are made once, and never lead through a whole table. */
  readonly byKeys?: boolean;
  /** Takes down what the pool sees of PostgreSQL; several pools may share one. */
  readonly pulse?: Pulse;
  /** Whatever is between us and the server takes it; for who does not know yet what there is. */
  readonly isCareful?: boolean;
  /** Takes the numbers of the pool; default: nobody does. */
  readonly meter?: machine.Meter | undefined;
  readonly logger: Log;
};

const connectMs = 5_000;
/** What saying farewell may take by default, in seconds. */
const leaveSeconds = 1;

/**
 * A pool of connections; nothing is connected before the first query.
 *
 * Arrays are PostgreSQL's text, in and out: pass JSON instead. `bigint` columns are numbers, and one beyond 2^53 fails its query instead of losing digits. A query under way when the
 * connection breaks rejects with PostgreSQL's code where it said why, else with `CONNECTION_CLOSED`; the next one connects again, rejecting with `ECONNREFUSED`
 * or `CONNECT_TIMEOUT` while there is no server, and with `57P03` while it is starting. Every query settles within `patienceMs`: then with `Unavailable`, code
 * `postgres-unavailable`, and when the request on whose behalf it is asked is not waited for any more: with the reason,
 * and PostgreSQL is told to stop. Through a pooler there is neither LISTEN nor any setting of the session.
 */
export function connect(
  {
    url,
    name,
    max = 10,
    patienceMs = 10_000,
    pulse: heart = pulse(),
    byKeys = false,
    isCareful = false,
    meter = machine.silentMeter,
    logger,
  }: ConnectOptions,
): Sql {
  const { hosts, session, tls, targetSession, connectTimeoutMs, ...database } = readDatabaseUrl(
    url,
  );
  const isDirect = !database.isPooled && !isCareful;
  const timeoutMs = connectTimeoutMs ?? connectMs;
  const sockets = new Set<Socket>();
  let refusals = 0;
  let asked = 0;
  let settled = 0;
  let troubles = 0;
  const measured = observePool(meter, {
    ...{ pool: name, max },
    use: () => ({ connections: sockets.size, running: asked - settled, asked, troubles }),
  });
  const { host, port } = hosts[0]!;

  function known(socket: Socket): Socket {
    sockets.add(socket);
    return socket.on("close", () => sockets.delete(socket));
  }
  async function socket(): Promise<Socket> {
    const opened = await openSocket({ hosts, tls, timeoutMs });
    holdEnd(opened, { asked: () => asked });
    watchSocket(opened, {
      patienceMs,
      onLost: heart.lost,
      onServed: () => refusals = 0,
      onRefused: () => refusals++,
    });
    return known(opened);
  }
  const options = {
    host,
    port,
    ...(database.user !== undefined && { user: database.user }),
    ...(database.password !== undefined && { pass: database.password }),
    ...(database.database !== undefined && { database: database.database }),
    ...(targetSession !== undefined && { target_session_attrs: targetSession }),
    socket,
    ssl: false,
    max,
    // Missing from its types. By default quick queries wait behind slow ones on a connection although others are idle,
    // and one may be answered with another's rows
    max_pipeline: 0,
    prepare: isDirect,
    connect_timeout: 2 * timeoutMs / 1_000,
    idle_timeout: 20,
    // Idle connections are used in turn, which keeps more of them open at rest than are needed; each costs some 15 MB. To
    // make one costs both sides as much as 50 queries: not more often than that is worth
    max_lifetime: 300,
    // The default waits up to 25 s after a few refusals: too long where a server is back in half a second. It counts
    // connections that were lost, too
    backoff: () => Math.min(0.05 * 2 ** refusals, 1) * (0.5 + Math.random() / 2),
    // Its query for them on every new connection is nobody's to catch
    fetch_types: false,
    connection: {
      application_name: `headwater-${name}`,
      ...(isDirect && {
        // A plan that was made while the table was small would stay; to make one each time costs a worker a third of its
        // pace, which knows what plan it wants
        ...(byKeys ? { enable_seqscan: "off" } : { plan_cache_mode: "force_custom_plan" }),
        // Up to PostgreSQL 17 a plan that does read a small table then counts as the dearest there is, and was compiled
        // for a second each time
        jit: "off",
        // The server stops working for somebody who will have gone
        statement_timeout: Math.ceil(patienceMs * 0.9),
        ...session,
      }),
    },
    onnotice: (notice: { readonly message?: string }) =>
      logger.debug("PostgreSQL notices", { name, text: notice.message }),
    types: {
      bigint: { to: 20, from: [20], serialize: String, parse: safeInteger },
    },
  };
  // What is beside its types is explained above
  const sql = postgres(options as object) as unknown as Sql;
  return limited(sql, {
    limit: {
      patienceMs,
      cancel: async (backend) => void known(await cancelQuery(backend, { hosts, tls, timeoutMs })),
      onAsk: () => asked++,
      onAnswer: heart.answered,
      onMissed: heart.missed,
      onTrouble(error) {
        troubles++;
        heart.troubled(error);
      },
      onSettled: () => settled++,
    },
    end() {
      measured[Symbol.dispose]();
      // Farewells to a server that is silent are never heard
      for (const one of sockets) one.destroy();
    },
  });
}

/** The same, with every query under a limit and an end that comes. */
function limited(
  sql: Sql,
  { limit, end }: { readonly limit: Parameters<typeof limitQuery>[1]; end(): void },
): Sql {
  function watched<Call extends (...args: never[]) => unknown>(call: Call): Call {
    return ((...args: Parameters<Call>) => {
      const query = call(...args);
      limitQuery(query, limit);
      return query;
    }) as Call;
  }
  return Object.assign(watched(sql as unknown as (...args: never[]) => unknown), sql, {
    unsafe: watched(sql.unsafe),
    begin: refuse,
    reserve: refuse,
    async end({ timeout = leaveSeconds }: { readonly timeout?: number } = {}) {
      await sql.end({ timeout });
      end();
    },
  }) as unknown as Sql;
}

/** postgres.js 3.4.9 has ended whole processes in them. */
function refuse(): never {
  throw new Error("Cannot begin a transaction over several queries: send one statement or message");
}

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`Cannot read bigint "${text}" as a number: beyond 2^53`);
  }
  return value;
}
