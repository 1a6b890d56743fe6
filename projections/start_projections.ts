import {
  type EventLog,
  type HealthCheck,
  type Log,
  type ReadModels,
  time,
  type View,
} from "@headwater/core";
import type { Sql } from "postgres";
import { type FillTurns, fillTurns } from "./fill_turns.ts";
import { listenForResets } from "./listen_for_resets.ts";
import type { ProjectionStatus } from "./projection_status.ts";
import { ProjectionWorker } from "./projection_worker.ts";

/** A service's views, and what its workers get from outside. */
export type ProjectionsOptions = {
  readonly service: string;
  readonly views: readonly View[];
  readonly log: EventLog;
  /** The service's own database. */
  readonly sql: Sql;
  /** False: resets by other processes are found out within a second; for a pooler, which has no channels. */
  readonly listens?: boolean;
  readonly logger: Log;
  /** Shared by all read models of a process, which are filled one after the other; default: by these alone. */
  readonly fills?: FillTurns;
  /** Keys whose events cannot be applied are parked; a view with more of them stops. Default: 1,000. */
  readonly mostParkedKeys?: number | undefined;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

/** The running read models of one service. Disposing stops them where they are. */
export interface Projections extends ReadModels, AsyncDisposable {
  /** One per view: rejects while its read model does not follow the log, and warns of parked keys. */
  readonly checks: readonly HealthCheck[];
  /** A connection to the database broke, whoever used it: positions are read again before anybody is promised one. */
  noticeDisconnection(): void;
  /** As this process knows them. */
  status(): readonly ProjectionStatus[];
}

/** So long a start waits for read models that are soon there. */
const startMs = 500;

/**
 * Keeps the read models of a service up to date, each with a worker of its own: makes the tables, follows the log, and
 * goes on by itself when PostgreSQL or the log was away. Several processes may run the same views; every event has
 * its effect once.
 *
 * Resolves when every worker has made its first step, or found out that it cannot, or after half a second: a long
 * rebuild is not waited for.
 */
export async function startProjections(
  {
    service,
    views,
    log,
    sql,
    listens = true,
    logger,
    fills = fillTurns(),
    mostParkedKeys,
    random = Math.random,
    now = Date.now,
  }: ProjectionsOptions,
): Promise<Projections> {
  const workers = new Map(
    views.map((view) => [
      view.name,
      new ProjectionWorker({
        view,
        log,
        sql,
        logger: withFields(logger, { service, projection: view.name }),
        fills,
        mostParkedKeys,
        random,
        now,
      }),
    ]),
  );
  const listening = listens
    ? listenForResets({
      sql,
      logger,
      random,
      onReset: ({ name, epoch }) => workers.get(name)?.noticeReset(epoch),
    })
    : undefined;
  const given = new AbortController();
  const started = [...workers.values()].map((worker) => worker.started);
  await Promise.race([
    Promise.all([listening?.tried, ...started]),
    time.pause(startMs, { signal: given.signal }),
  ]);
  given.abort();

  return {
    checks: [...workers].map(([name, worker]) => ({
      name: `projection:${name}`,
      check: () => Promise.try(() => worker.health()),
    })),
    noticeDisconnection() {
      for (const worker of workers.values()) worker.noticeDisconnection();
    },
    status: () => [...workers.values()].map((worker) => worker.status(service)),
    wait(view, options) {
      const worker = workers.get(view.name);
      if (!worker) {
        throw new Error(
          `Cannot wait for view "${view.name}": service "${service}" does not run it`,
        );
      }
      return worker.wait(options);
    },
    isParked: (view, key) => Promise.resolve(workers.get(view.name)?.isParked(key) ?? false),
    async [Symbol.asyncDispose]() {
      await Promise.all([
        listening?.[Symbol.asyncDispose](),
        ...[...workers.values()].map((worker) => worker[Symbol.asyncDispose]()),
      ]);
    },
  };
}

function withFields(log: Log, fields: Readonly<Record<string, unknown>>): Log {
  return {
    debug: (message, more) => log.debug(message, { ...fields, ...more }),
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}
