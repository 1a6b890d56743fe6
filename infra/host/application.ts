import type { EventSchemas, Recorded, Service, View } from "@headwater/core";
import type { CreateGateway, GatewayDependencies } from "@headwater/gateway";
import { type edge, type EdgeRoutes, type PublicRoute, publicRoutes } from "@headwater/http";
import { calls } from "@headwater/resilience";
import type { Process } from "@headwater/sagas";
import type { Sql } from "postgres";
import { operatorsActEvents } from "./acts_record/act_events.ts";
import { requestCalls } from "./request_calls.ts";
import type { ServiceDefinition } from "./service.ts";

/** Everything that an application consists of. */
export type Application = {
  readonly name: string;
  /** Of its API, for who describes it; default: 1.0.0. */
  readonly version?: string;
  readonly services: readonly ServiceDefinition[];
  /** As `gateway` of `@headwater/gateway` makes it. */
  readonly createGateway: ((dependencies: GatewayDependencies) => Service) & Partial<CreateGateway>;
  /** Numbers of calls to its services that are to be other than usual; operators' RESILIENCE_FILE counts before them. */
  readonly resilience?: calls.SettingsByTarget;
  /** What to try first, one command line each, where the gateway is at this URL. */
  greeting?(url: string): readonly string[];
  /** What browsers are shown at `/` by `dev`, for who tries it out; default: what the gateway says of itself. */
  welcome?(): EdgeRoutes;
  /** What people who watch are told of an event; undefined: nothing. */
  story?(event: Recorded): string | undefined;
};

/** A service's database, and what is derived in it. */
export type ServiceDatabase = {
  readonly service: string;
  readonly views: readonly View[];
  readonly sagas: readonly Process[];
  readonly sql: Sql;
};

/**
 * Puts services together.
 *
 * Errors: two services of one name, a category or a public route that two of them have, two views of one name, or of one
 * service with a table in common, a view or
 * saga that reads events which no service writes, a route that reads a view which its service lacks, or for an owner whom nobody
 * knows: all at once, before anything is started.
 */
export function application(definition: Application): Application {
  const { name, services } = definition;
  const problems = [
    ...twice(services, (service) => [`service "${service.name}"`]),
    ...twice(
      [...services, { name: "host", categories: [operatorsActEvents.category] }],
      ({ categories }) => categories.map((category) => `category "${category}"`),
    ),
    ...twice(services, ({ views }) => views.map((view) => `view "${view.name}"`)),
    ...twice(
      services,
      (service) => routesOf(service).map(({ method, path }) => `route ${method} ${path}`),
    ),
    ...services.flatMap(sharedTables),
    ...unwritten(services),
    ...services.flatMap(unread),
    ...unowned(services),
    ...unusable(definition),
  ];
  if (problems.length > 0) {
    throw new Error(`Cannot put application "${name}" together: ${problems.join("; ")}`);
  }
  return definition;
}

/** Numbers of calls that cannot be used. */
function unusable({ services, resilience = {} }: Application): readonly string[] {
  try {
    const targets = services.map(({ name }) => name);
    calls.settingsByTarget([{ all: requestCalls }, resilience], { targets });
    return [];
  } catch (error) {
    if (!(error instanceof calls.SettingsRefused)) throw error;
    return error.problems.map((problem) => `resilience.${problem}`);
  }
}

/** The public routes of all services. */
export function routesOfAll({ services }: Pick<Application, "services">): readonly PublicRoute[] {
  return services.flatMap(routesOf);
}

function routesOf({ name, routes }: ServiceDefinition): readonly PublicRoute[] {
  return routes ? publicRoutes(name, routes) : [];
}

/** Whose entities are, as their services say. */
export function ownedOfAll({ services }: Pick<Application, "services">): readonly edge.Owned[] {
  return services.flatMap(({ owned }) => owned);
}

/** What routes give to nobody but the owner, who is not known. */
function unowned(services: readonly ServiceDefinition[]): string[] {
  const known = ownedOfAll({ services }).map(({ events }) => events.category);
  return services.flatMap(routesOf).flatMap(({ method, path, declared: { owner } }) =>
    owner && "of" in owner && !known.includes(owner.of)
      ? [`route ${method} ${path} is for the owner of "${owner.of}", which no service knows`]
      : []
  );
}

/** What routes would answer from, if the service had it. */
function unread(definition: ServiceDefinition): string[] {
  const views = definition.views.map(({ name }) => name);
  return routesOf(definition).flatMap(({ method, path, reads }) =>
    reads && !views.includes(reads.view)
      ? [`route ${method} ${path} reads view "${reads.view}", which "${definition.name}" lacks`]
      : []
  );
}

function twice<Service extends { readonly name: string }>(
  services: readonly Service[],
  thingsOf: (service: Service) => readonly string[],
): string[] {
  const owners = new Map<string, string[]>();
  for (const service of services) {
    for (const thing of thingsOf(service)) {
      owners.set(thing, [...owners.get(thing) ?? [], service.name]);
    }
  }
  return [...owners].filter(([, names]) => names.length > 1)
    .map(([thing, names]) =>
      `${thing} belongs to ${names.map((owner) => `"${owner}"`).join(" and ")}`
    );
}

/** Tables of rows and of sums that two views of a service would write to. */
function sharedTables({ name, views }: ServiceDefinition): string[] {
  const tables = views.flatMap((view) =>
    [view.table, view.sums?.table].filter((table) => table !== undefined)
      .map((table) => ({ table, view: view.name }))
  );
  return [...Map.groupBy(tables, ({ table }) => table)].filter(([, owners]) => owners.length > 1)
    .map(([table, owners]) =>
      `table "${table}" of "${name}" belongs to views ${
        owners.map(({ view }) => `"${view}"`).join(" and ")
      }`
    );
}

function unwritten(services: readonly ServiceDefinition[]): string[] {
  const written = new Set(services.flatMap(({ categories }) => categories));
  function missing(reader: string, reads: readonly EventSchemas[]): string[] {
    return reads.filter(({ category }) => !written.has(category))
      .map(({ category }) => `${reader} reads category "${category}", which no service writes`);
  }
  return services.flatMap(({ name, views, sagas }) => [
    ...views.flatMap((view) => missing(`view "${view.name}" of "${name}"`, view.reads)),
    ...sagas.flatMap((saga) => missing(`saga "${saga.name}" of "${name}"`, saga.inputs)),
  ]);
}
