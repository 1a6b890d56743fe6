import { type Log, silentLog } from "@headwater/core";
import { openSqliteStore } from "./log/sqlite_store.ts";
import { EventStore } from "./projected/event_store.ts";
import { gossipService } from "./rpc/gossip_service.ts";
import type { Rpc } from "./grpc/grpc_call.ts";
import { startGrpcServer } from "./grpc/grpc_server.ts";
import { http1Endpoints } from "./rpc/http1_endpoints.ts";
import { monitoringService } from "./rpc/monitoring_service.ts";
import { operationsService } from "./rpc/operations_service.ts";
import {
  type PersistentSubscriptionsService,
  startPersistentSubscriptions,
} from "./rpc/persistent_subscriptions_service.ts";
import { projectionsService } from "./rpc/projections_service.ts";
import { recallProjections } from "./projected/remembered_projections.ts";
import { Scavenges } from "./rpc/scavenges.ts";
import { serverFeatures } from "./rpc/server_features.ts";
import { serverStats } from "./rpc/server_stats.ts";
import { streamsService } from "./rpc/streams_service.ts";

/** Where the events are, where it listens, and the original's options that mean something here. */
export type EventStoreOptions = {
  /** A file, created with its folder when it is not there, or ":memory:". */
  readonly path: string;
  /** Default 127.0.0.1: there is no TLS and there are no users. */
  readonly host?: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** What clients that discover the server connect to; default: `host` and the port. */
  readonly advertiseHost?: string | undefined;
  readonly advertisePort?: number | undefined;
  /** The data of one append in bytes; default 1 MiB, as on the original. */
  readonly maxAppendBytes?: number;
  /** A batch that is not written after so long is answered with a timeout. */
  readonly writeTimeoutMs?: number;
  /** False: appends do not wait for the disk, and the last ones are lost when the power goes. Default true. */
  readonly flushToDisk?: boolean;
  /** Whether projections can be managed: the standard ones; default true. */
  readonly projections?: boolean;
  /** Whether the standard ones run from the start (`$ce-…`, `$et-…`, `$streams` …); default true. */
  readonly standardProjections?: boolean;
  /** Pings after so long a silence, and how long the answer may take; default 10 s each. */
  readonly keepAlive?: { readonly intervalMs: number; readonly timeoutMs: number };
  readonly logger?: Log;
  readonly now?: () => Date;
};

/** A running server; it stops, and closes its file, when it is disposed of. */
export type EventStoreServer = AsyncDisposable & {
  readonly port: number;
  /** `esdb://127.0.0.1:2113?tls=false` for example. */
  readonly connectionString: string;
};

/** Longer than the original's 2 s: a disk that others keep busy may take that long, and the client waits 10 s anyway. */
const defaultWriteTimeoutMs = 10_000;

/**
 * Serves EventStoreDB's clients from a SQLite file, for development and tests.
 *
 * Errors: as `openEventLog`, and those of listening on the port.
 */
export async function startEventStore(
  options: EventStoreOptions,
): Promise<EventStoreServer> {
  const { path, host = "127.0.0.1", logger = silentLog, now } = options;
  const { flushToDisk = true, projections = true, standardProjections = true } = options;
  const sqlite = openSqliteStore({ path, logger, flushToDisk, ...(now && { now }) });
  let subscriptions: PersistentSubscriptionsService | undefined;
  try {
    const store = new EventStore(sqlite, { standardProjections, logger });
    await store.prepare();
    if (projections && !standardProjections) await recallProjections(store, logger);
    subscriptions = await startPersistentSubscriptions(store, { logger });
    let port = options.port ?? 0;
    let ready = true;
    const { rpcs, restart } = subscriptions;
    const endPoint = () => ({
      host: options.advertiseHost ?? host,
      port: options.advertisePort ?? port,
    });
    const scavenges = new Scavenges(store, () => `${endPoint().host}:${endPoint().port}`);
    const stats = serverStats(() => ({
      head: store.head,
      cachedBytes: store.cachedBytes,
      ...server.open,
    }));
    const services = new Map<string, Rpc>([
      ...streamsService(store, {
        maxAppendBytes: options.maxAppendBytes ?? 1024 * 1024,
        writeTimeoutMs: options.writeTimeoutMs ?? defaultWriteTimeoutMs,
        logger,
      }),
      ...rpcs,
      ...operationsService({ restartSubscriptions: restart, scavenges }),
      ...monitoringService(stats),
      ...(projections ? projectionsService(store) : []),
      ...gossipService({
        instanceId: crypto.randomUUID(),
        endPoint,
      }),
    ]);
    const server = await startGrpcServer({
      host,
      port,
      services: new Map([...services, ...serverFeatures(services.keys())]),
      http1: http1Endpoints({ ready: () => ready, projections, stats, scavenges, logger }),
      logger,
      ...(options.keepAlive && { keepAlive: options.keepAlive }),
    });
    port = server.port;
    return {
      port,
      connectionString: `esdb://${host.includes(":") ? `[${host}]` : host}:${port}?tls=false`,
      async [Symbol.asyncDispose]() {
        ready = false;
        await server[Symbol.asyncDispose]();
        await subscriptions?.[Symbol.asyncDispose]();
        await sqlite[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await subscriptions?.[Symbol.asyncDispose]();
    await sqlite[Symbol.asyncDispose]();
    throw error;
  }
}
