import type {
  Aggregate,
  DomainCommand,
  DomainEvent,
  EventLog,
  Log,
  machine,
  ReadModels,
  Repository,
  ServiceClient,
} from "@headwater/core";
import type { Sql } from "postgres";
import type { Admission } from "./admission.ts";
import type { Owned } from "./openapi/owned.ts";
import type { HealthWatch } from "./health_watch.ts";

/** What everything that answers over HTTP gets from outside, the gateway too. */
export type EdgeDependencies = {
  /** The name of the service that answers. */
  readonly service: string;
  readonly logger: Log;
  /** What `/health/ready` says of what it needs; default: it needs nothing. */
  readonly health?: HealthWatch | undefined;
  /** Whom to answer; default: everybody. */
  readonly admit?: Admission | undefined;
  /** Aborts when the process begins to leave: it is not ready from then on. */
  readonly leaving?: AbortSignal | undefined;
  /** Aborts when answers that go on, event streams, have to end; default: when it begins to leave. */
  readonly parting?: AbortSignal | undefined;
  /** Takes the numbers of its requests; default: nobody does. */
  readonly meter?: machine.Meter | undefined;
  /** Whoever hands it requests has begun a span for each, which is named here; default: nobody listens. */
  readonly tracer?: machine.Tracer | undefined;
  /** All numbers of the process, for `/metrics`; default: there is no such page. */
  readonly metricsPage?: (() => Promise<string>) | undefined;
  /** Whom to show it; default: everybody whom it answers. */
  readonly admitMetrics?: Admission | undefined;
  /** A new random UUID. */
  newId(): string;
};

/** All that a service gets from outside; nothing else of the world is visible to it. Its routes find it in `c.env`. */
export type ServiceDependencies = EdgeDependencies & {
  /** Refuses to append to categories that the service does not own. */
  readonly log: EventLog;
  /** The service's own database. */
  readonly sql: Sql;
  readonly client: ServiceClient;
  readonly readModels: ReadModels;
  /** Whose entities are, of all services; default: nobody's. */
  readonly owned?: readonly Owned[] | undefined;
  /** Of an aggregate of the service's own. */
  repository<Command extends DomainCommand, Event extends DomainEvent, State>(
    aggregate: Aggregate<Command, Event, State>,
  ): Repository<Command, State>;
  /** Uniform in [0, 1). */
  random(): number;
};
