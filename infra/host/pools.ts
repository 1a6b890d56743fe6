import type { HealthCheck, Log, machine } from "@headwater/core";
import { connect, type Pulse } from "@headwater/postgres";
import type { Sql } from "postgres";
import { operatorsPatienceMs } from "./databases.ts";

/** Connections of one service, by what they are for: none waits for another's work. */
export type Pools = AsyncDisposable & {
  /** Of read models and processes: few statements, of which some are large. */
  readonly workers: Sql;
  /** Somebody waits for an answer. */
  readonly routes: Sql;
  readonly operators: Sql;
};

export type PoolsOptions = {
  /** Of the service's own database. */
  readonly url: string;
  readonly service: string;
  readonly pulse: Pulse;
  /** Takes their numbers; default: nobody does. */
  readonly meter?: machine.Meter;
  readonly logger: Log;
};

/** Opens them; nothing is connected before the first query. Together they have as many connections as one pool had. */
export function openPools({ url, service, pulse, meter, logger }: PoolsOptions): Pools {
  const given = { url, pulse, meter, logger };
  const workers = connect({
    ...given,
    name: `${service}-workers`,
    max: 4,
    byKeys: true,
    // Longer than the longest that a worker gives a statement by itself
    patienceMs: 15_000,
  });
  const routes = connect({ ...given, name: service, max: 5, patienceMs: 5_000 });
  const operators = connect({
    ...given,
    name: `${service}-operators`,
    max: 1,
    patienceMs: operatorsPatienceMs,
  });
  return {
    workers,
    routes,
    operators,
    async [Symbol.asyncDispose]() {
      // Not long: whoever asked has gone by then
      await Promise.all([workers, routes, operators].map((sql) => sql.end({ timeout: 0.5 })));
    },
  };
}

/** How PostgreSQL was when it was last used: a probe asks nothing of it, since its workers do so all the time. */
export function postgresCheck(
  { last }: Pick<Pulse, "last">,
  { now = Date.now }: { now?(): number } = {},
): HealthCheck {
  return {
    name: "postgres",
    check() {
      const sight = last();
      if (sight?.trouble === undefined) return Promise.resolve(sight);
      const seconds = Math.max(0, Math.round((now() - sight.seenAt) / 1_000));
      return Promise.reject(new Error(`${sight.trouble} (${seconds} s ago)`));
    },
  };
}
