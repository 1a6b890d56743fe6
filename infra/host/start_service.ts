import { type FillTurns, type Projections, startProjections } from "@headwater/projections";
import type { Sql } from "postgres";
import {
  type EventLog,
  eventLog,
  type HealthCheck,
  type Log,
  machine,
  type Service,
  type ServiceClient,
  time,
} from "@headwater/core";
import { type Admission, type edge, publicRoutes, watchHealth } from "@headwater/http";
import { actsRecord } from "./acts_record/acts_record.ts";
import { cachesCheck } from "./process_caches.ts";
import { followRoutes, ownCalls } from "./operated_calls.ts";
import { openService } from "./open_service.ts";
import { operatorsActs } from "./operators_acts.ts";
import { operatorsRoutes } from "./operators_routes.ts";
import type { ServiceDefinition } from "./service.ts";
import { gateStranded, processMigrations, processRecords, startProcess } from "@headwater/sagas";
import {
  type calls,
  createResilientClient,
  meteredClient,
  type policy,
} from "@headwater/resilience";
import { keepTables, openDatabase, pulse } from "@headwater/postgres";
import { endsWithin } from "./ends_within.ts";
import { openPools, postgresCheck } from "./pools.ts";
import { templatesOf } from "./service_checks.ts";
import { readModelPace } from "./read_model_pace.ts";

export type RunningService = AsyncDisposable & {
  readonly service: Service;
  /** For operators. */
  readonly sql: Sql;
};

export type ServiceOptions = {
  readonly log: EventLog;
  /** Of the connection to the log. */
  readonly checks?: readonly HealthCheck[];
  /** Milliseconds between looks at what it needs; default: 5,000. */
  readonly healthEveryMs?: number | undefined;
  /** Of the service's own database. */
  readonly url: string;
  /** For its routes. */
  readonly client: ServiceClient;
  /** For its processes, which are in nobody's way and have nobody in theirs. */
  readonly bareClient: ServiceClient;
  /** By what other processes of the service, and operators, know this one; default: a random name. */
  readonly processName?: string | undefined;
  /** Of each read model; with more it stops; default: 1,000. */
  readonly mostParkedKeys?: number | undefined;
  /** Instances of its processes may run by versions that this release lacks: they stay stuck; default: false. */
  readonly allowStranded?: boolean | undefined;
  /** Of the process. */
  readonly cacheBudget: machine.CacheBudget;
  /** Of the process; default: of the service. */
  readonly fills?: FillTurns;
  /** Refuses what cannot be worked on; default: whoever calls it sees to that. */
  readonly shedder?: policy.Shedder;
  /** Of whom its process calls. */
  readonly book: calls.CallBook;
  /** Takes the numbers of the service. */
  readonly meter: machine.Meter;
  /** Of what the service does. */
  readonly tracer: machine.Tracer;
  /** All numbers of the process; default: they are shown elsewhere. */
  readonly metricsPage?: () => Promise<string>;
  /** Whom they are shown; default: everybody. */
  readonly admitMetrics?: Admission | undefined;
  /** Whose entities are, of all services; default: those that it says. */
  readonly owned?: readonly edge.Owned[];
  /** Whom it answers; default: everybody, for services that are reached within this process. */
  readonly admit?: Admission;
  /** Aborts when this process begins to leave. */
  readonly leaving?: AbortSignal;
  /** Aborts when its processes are to stop and others may go on with what they do; default: when it is disposed. */
  readonly parting?: AbortSignal;
  readonly logger: Log;
};

/**
 * Of calls that processes make: nobody looks at a screen meanwhile. How many instances ask a target, and how often when
 * it is away or has too much to do, their own places at it settle: no breaker, no repetition, no smaller bulkhead.
 */
const patientCalls = {
  totalMs: 10_000,
  tryMs: 10_000,
  retry: { tries: 1, shortestPauseMs: 0, throttledPauseMs: 0, longestPauseMs: 0 },
  bulkhead: { running: 64, waiting: 64, longestWaitMs: 10_000 },
  breaker: { isOn: false },
  innerHeedsDeadline: true,
};

/** As long as nobody notices, and long enough for what a busy service writes twenty times as often. */
const gatherMs = 50;

/** A little more than a worker takes by itself to stop. */
const stopMs = 1_800;

/** Runs one service with its read models and processes. */
export async function startService(
  definition: ServiceDefinition,
  {
    log,
    checks = [],
    healthEveryMs,
    url,
    client,
    bareClient,
    processName,
    mostParkedKeys,
    allowStranded = false,
    cacheBudget,
    fills,
    shedder,
    book,
    meter,
    tracer,
    metricsPage,
    admitMetrics,
    owned = definition.owned,
    admit,
    leaving,
    parting,
    logger,
  }: ServiceOptions,
): Promise<RunningService> {
  await using starting = new AsyncDisposableStack();
  const { name, categories, views, sagas, migrations } = definition;
  const database = await openDatabase({
    url,
    service: name,
    migrations: [...(sagas.length > 0 ? processMigrations : []), ...migrations],
    logger,
  });
  const stopping: AsyncDisposable[] = [];
  let readModels: Projections | undefined = undefined;
  const tables = starting.use(keepTables({ migrate: database.migrate, service: name, logger }));
  const heart = pulse({
    onLost: () => readModels?.noticeDisconnection(),
    onMissed: tables.missed,
  });
  const pools = starting.use(
    openPools({ url: database.url, service: name, pulse: heart, meter, logger }),
  );
  // Side by side, and without what hangs: the end of its connections is the end of it
  starting.defer(() =>
    endsWithin(stopMs, {
      what: `read models and processes of "${name}"`,
      end: () => Promise.all(stopping.map((each) => each[Symbol.asyncDispose]())),
      logger,
    })
  );
  const metered = machine.meteredLog(eventLog.ownedLog(log, { service: name, categories }), {
    service: name,
    meter,
  });
  const own = machine.tracedLog(metered, { tracer });
  const pace = readModelPace({ ms: gatherMs });
  const projections = await startProjections({
    service: name,
    views,
    log: pace.paced(own),
    sql: pools.workers,
    listens: !database.isPooled,
    ...(processName !== undefined && { owner: processName }),
    mostParkedKeys,
    fills,
    ...{ meter, tracer },
    logger,
  });
  stopping.push(projections);
  readModels = projections;
  await gateStranded(pools.operators, { processes: sagas, isAllowed: allowStranded, logger });
  const random = Math.random;
  const runtimes = sagas.map((process) =>
    startProcess({
      process,
      log: own,
      client: meteredClient(createResilientClient(bareClient, patientCalls), {
        ...{ caller: process.name, meter, book },
      }),
      records: processRecords(pools.workers, process.name),
      processName,
      logger,
      cacheBudget,
      ...{ meter, tracer },
      random,
    })
  );
  // Read models go on: requests under way may wait for them, and are all answered when it is disposed
  stopping.push(stoppingAt(parting, () =>
    endsWithin(stopMs, {
      what: `processes of "${name}"`,
      end: () => Promise.all(runtimes.map((each) => each[Symbol.asyncDispose]())),
      logger,
    })));
  const operated = {
    databases: [{ service: name, views, sagas, sql: pools.operators }],
    head: () => own.head(),
    reads: own,
    log: own,
    record: actsRecord(log),
    calls: ownCalls(book, () => []),
    isServed: true,
    // Who opened the pool closes it
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  const ended = new AbortController();
  starting.defer(() => ended.abort());
  const health = watchHealth([
    postgresCheck(heart),
    logCheck(log, definition),
    ...checks,
    ...projections.checks,
    ...runtimes.map(({ check }) => check),
    cachesCheck(cacheBudget),
  ], { signal: ended.signal, everyMs: healthEveryMs });
  const service = openService(definition, {
    operators: operatorsRoutes(operatorsActs(() => Promise.resolve(operated)))
      .route("/", followRoutes(book)),
    log: own,
    sql: pools.routes,
    client,
    readModels: pace.hurried(projections),
    logger,
    cacheBudget,
    newId: time.timedId,
    ...{ owned, health, admit, leaving, parting, random, shedder, meter, tracer, metricsPage },
    admitMetrics,
  });
  const running = starting.move();
  return { service, sql: pools.operators, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

/** Stops once: at the signal, or when it is disposed. */
function stoppingAt(signal: AbortSignal | undefined, stop: () => Promise<void>): AsyncDisposable {
  let stopped: Promise<void> | undefined;
  const begin = () => stopped ??= stop();
  signal?.addEventListener("abort", begin, { once: true });
  return {
    [Symbol.asyncDispose]() {
      signal?.removeEventListener("abort", begin);
      return begin();
    },
  };
}

/** Without the log nothing can be commanded. */
function logCheck(log: EventLog, { name, routes }: ServiceDefinition): HealthCheck {
  const commands = routes ? publicRoutes(name, routes) : [];
  return {
    name: "event-log",
    affects: templatesOf(commands.filter(({ method }) => method !== "GET")),
    async check() {
      await log.head();
    },
  };
}
