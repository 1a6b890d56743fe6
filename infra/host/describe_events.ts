import type { EventSchemas } from "@headwater/core";
import { describe } from "@headwater/http";
import type { Application } from "./application.ts";
import type { ServiceDefinition } from "./service.ts";

/** The events of all contracts of an application: who writes them, and who reads them. */
export function describeEvents(
  { name, version = "1.0.0", services }: Pick<Application, "name" | "version" | "services">,
): describe.AsyncApi {
  const channels = services.flatMap((service) => {
    const examples = Object.assign({}, ...service.examples);
    return [...service.aggregates, ...service.sagas].map(({ events }) => ({
      service: service.name,
      events,
      readers: services.filter((reader) => reads(reader, events.category)).map(({ name }) => name),
      examples,
    }));
  });
  return describe.asyncApi({ title: name, version, channels });
}

function reads({ views, sagas }: ServiceDefinition, category: string): boolean {
  const inputs: readonly EventSchemas[] = [
    ...views.flatMap((view) => view.reads),
    ...sagas.flatMap((saga) => saga.inputs),
  ];
  return inputs.some((events) => events.category === category);
}
