import {
  type Aggregate,
  type EventLog,
  type machine,
  type Repository,
  repository,
  type Service,
} from "@headwater/core";
import {
  commandEndpoint,
  type CommandHandlers,
  commandsOf,
  describe,
  edge,
  type Routes,
  routes,
  type ServiceDependencies,
  toService,
} from "@headwater/http";
import { describeService } from "./describe_api.ts";
import type { policy } from "@headwater/resilience";
import type { ServiceDefinition } from "./service.ts";

/** A service's routes, and its commands for other services, over what it is given. */
export function openService(
  definition: ServiceDefinition,
  given: Omit<ServiceDependencies, "service" | "repository"> & {
    /** Of its aggregates' states; default: one for each. */
    readonly cacheBudget?: machine.CacheBudget;
    /** What operators do to its engines. */
    readonly operators?: Routes;
    /** Refuses what cannot be worked on; default: whoever calls sees to it that it is not too much. */
    readonly shedder?: policy.Shedder | undefined;
  },
): Service {
  const { cacheBudget, operators = routes(), shedder, ...rest } = given;
  const dependencies: ServiceDependencies = {
    ...rest,
    service: definition.name,
    repository: repositoriesOf(definition, { ...rest, cacheBudget }),
  };
  const commands = commandsIn(definition, dependencies);
  const app = routesOf(definition, commands).route("/", operators);
  return toService(app, dependencies, {
    door: shedder && doorOf(app, dependencies, { shedder }),
    // Who is refused at the door, or is to show who it is, comes by a request
    commands: shedder || dependencies.admit ? undefined : commands,
  });
}

/** Callers are services of the same application: what they say of a request's priority holds. */
function doorOf(
  app: Routes,
  { service, meter, logger }: ServiceDependencies,
  { shedder }: { readonly shedder: policy.Shedder },
): edge.Door<ServiceDependencies> {
  const find = edge.routeFinder(edge.declaredRoutes(service, app));
  return edge.shed({
    ...{ shedder, believes: true, service, meter, logger },
    priorityOf: ({ req }) => find(req.method, req.path)?.route.declared.priority ?? "normal",
  });
}

function commandsIn(
  definition: ServiceDefinition,
  dependencies: ServiceDependencies,
): CommandHandlers {
  const own = definition.aggregates
    .map((aggregate) => commandsOf(aggregate, dependencies.repository(aggregate)));
  return Object.assign({}, ...own, definition.commands(dependencies));
}

function routesOf(definition: ServiceDefinition, commands: CommandHandlers): Routes {
  const app = routes().use(edge.toldIdentity()).route("/", commandEndpoint(commands)).route(
    "/",
    edge.viewChanges(definition.views),
  );
  describe.addDescription(app, {
    path: "/openapi.json",
    describe: () => describeService(definition),
  });
  return definition.routes ? app.route("/", definition.routes) : app;
}

/** One repository for each aggregate, so that its commands take turns and its states are kept once. */
function repositoriesOf(
  { name, aggregates }: ServiceDefinition,
  options: {
    readonly log: EventLog;
    readonly cacheBudget: machine.CacheBudget | undefined;
    readonly tracer?: machine.Tracer | undefined;
    random(): number;
  },
): ServiceDependencies["repository"] {
  const repositories = new Map<Aggregate, Repository>(
    aggregates.map((aggregate) => [aggregate, repository(aggregate, options)]),
  );
  return (aggregate) => {
    const found = repositories.get(aggregate);
    if (!found) {
      throw new Error(
        `Cannot open the repository of "${aggregate.name}": service "${name}" does not list it among its aggregates`,
      );
    }
    return found;
  };
}
