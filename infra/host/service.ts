import type { Aggregate, DomainEvent, View } from "@headwater/core";
import { type CommandHandlers, edge, type Routes, type ServiceDependencies } from "@headwater/http";
import type { Migration } from "@headwater/postgres";
import type { Process } from "@headwater/sagas";

/** A service as the host sees it. Nothing happens until it is started. */
export type ServiceDefinition = {
  /** Also its host name in `http://<name>/…` and the name of its database. */
  readonly name: string;
  readonly aggregates: readonly Aggregate[];
  readonly views: readonly View[];
  readonly sagas: readonly Process[];
  /** Those under `/api/` are public: the gateway forwards them. */
  readonly routes: Routes | undefined;
  /** Handles commands that lead to more than events; every other command of its aggregates is taken as it is. */
  commands(dependencies: ServiceDependencies): CommandHandlers;
  /** DDL of tables beside the views', in order, for ever; applied once each. */
  readonly migrations: readonly Migration[];
  /** Whose its entities are, where they are customers'. */
  readonly owned: readonly edge.Owned[];
  /** Of commands and events, by type, for descriptions of them. */
  readonly examples: readonly Readonly<Record<string, DomainEvent>>[];
  /** The categories whose streams it alone writes. */
  readonly categories: readonly string[];
};

/** Defines a service. What it does not name it does not have. */
export function service(
  definition: Pick<ServiceDefinition, "name"> & Partial<Omit<ServiceDefinition, "categories">>,
): ServiceDefinition {
  const { name, aggregates = [], sagas = [] } = definition;
  for (const saga of sagas) {
    // Policies say whose they are
    if (!("service" in saga) || saga.service === name) continue;
    throw new Error(
      `Cannot define service "${name}": policy "${saga.name}" is of service "${saga.service}"`,
    );
  }
  return {
    views: [],
    routes: undefined,
    commands: () => ({}),
    migrations: [],
    examples: [],
    owned: [],
    ...definition,
    aggregates,
    sagas,
    categories: [
      ...[...aggregates, ...sagas].map((owner) => owner.name),
      ...(aggregates.length > 0 ? [edge.requestCategory(name)] : []),
    ],
  };
}
