import { type EventLog, type HealthCheck, type Log, silentLog, time } from "@headwater/core";
import { describeHosts, readConnectionString } from "./connection_string.ts";
import { connectToEventStore } from "./event_store_connection.ts";
import { EventStoreLog } from "./event_store_log.ts";
import type { SubscriptionStatus } from "./subscription_status.ts";

/** Which event store, and how it is talked to. */
export type EventStoreDbOptions = {
  /** `esdb://…`, `esdb+discover://…` or `kurrentdb://…`. */
  readonly connectionString: string;
  readonly logger?: Log;
  /** Uniform in [0, 1), for the pauses between attempts to connect. */
  readonly random?: () => number;
  readonly now?: () => Date;
  /** For each call to the server; default 10 s. */
  readonly deadlineMs?: number;
};

/** The event-log port over an event store, and how its subscriptions are. */
export type EventStoreDbLog = EventLog & {
  /** What each open subscription is doing. */
  readonly subscriptions: readonly SubscriptionStatus[];
  /** Fails while a subscription is connecting again. */
  readonly check: HealthCheck;
};

/** What `openEventStoreDb` opens, its libraries loaded. */
export function eventStoreDbLog(
  {
    connectionString,
    logger = silentLog,
    random = Math.random,
    now = () => new Date(),
    deadlineMs = 10_000,
  }: EventStoreDbOptions,
): EventStoreDbLog {
  const told = readConnectionString(connectionString);
  const hosts = describeHosts(told);
  if (told.ignored.length > 0) {
    logger.warn("The connection string has parameters without a meaning", { names: told.ignored });
  }
  if (told.credentials && !told.parameters.tls) {
    logger.warn("The user and password are not sent to the event store without TLS", { hosts });
  }
  const connection = connectToEventStore(told);
  const log = new EventStoreLog({
    connection,
    clock: time.realClock,
    random,
    now,
    logger,
    deadlineMs,
  });
  return Object.assign(log, { check: subscriptionCheck(log) });
}

function subscriptionCheck(log: EventStoreLog): HealthCheck {
  return {
    name: "event-log-subscriptions",
    // deno-lint-ignore require-await -- a failure is a rejection
    async check() {
      const lost = log.subscriptions.filter(({ state }) => state === "reconnecting");
      if (lost.length === 0) return;
      const names = lost.map(({ categories, since, cause }) =>
        `${categories?.join(" and ") ?? "everything"} since ${since} (${cause})`
      );
      throw new Error(`Reconnecting: ${names.join("; ")}`);
    },
  };
}
