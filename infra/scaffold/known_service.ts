import { type Aggregate, Refusal } from "@headwater/core";
import type { ServiceDefinition } from "@headwater/host";
import { folderOf, type Workspace } from "./workspace.ts";

/** A service that has a contract, as its files and its definition show it. */
export type KnownService = {
  readonly definition: ServiceDefinition;
  /** Its first one. */
  readonly aggregate: Aggregate;
  /** What its contract calls the aggregate's events and commands. */
  readonly names: { readonly events: string; readonly commands: string };
};

/** Refuses the name of a service that there is not, or that has no events. */
export async function knownService(workspace: Workspace, name: string): Promise<KnownService> {
  const definition = findService(workspace, name);
  const [aggregate] = definition.aggregates;
  if (!aggregate) {
    throw new Refusal(
      "service-without-events",
      `Cannot take the events of service "${name}": it has no aggregate; allowed are ${
        namesOf(workspace, ({ aggregates }) => aggregates.length > 0)
      }`,
    );
  }
  const path = `${folderOf(workspace, name)}contract.ts`;
  const contract = await import(new URL(path, workspace.root).href) as Record<string, unknown>;
  function nameOf(what: unknown): string {
    const [found] = Object.entries(contract).find(([, value]) => value === what) ?? [];
    if (found === undefined) {
      throw new Error(
        `Cannot find the messages of "${aggregate?.name}": ${path} does not export what the aggregate is made of`,
      );
    }
    return found;
  }
  const names = { events: nameOf(aggregate.events), commands: nameOf(aggregate.commands) };
  return { definition, aggregate, names };
}

/** Refuses the name of a service that there is not. */
export function findService(workspace: Workspace, name: string): ServiceDefinition {
  const found = workspace.application.services.find((service) => service.name === name);
  if (found) return found;
  throw new Refusal(
    "service-unknown",
    `Cannot find service "${name}": allowed are ${namesOf(workspace, () => true)}`,
  );
}

function namesOf(
  { application }: Workspace,
  which: (service: ServiceDefinition) => boolean,
): string {
  return application.services.filter(which).map(({ name }) => `"${name}"`).join(", ");
}
