import { Refusal } from "@headwater/core";
import { type Example, examplesOf, named, readExample, typesOf } from "./example_messages.ts";
import type { KnownService } from "./known_service.ts";
import type { Workspace } from "./workspace.ts";

/** What a saga of one step is about: after which event it sends which command, and what proves that it was done. */
export type SagaPlot = {
  readonly after: string;
  readonly send: string;
  readonly proof: string;
  /** The field that names its instance: in both events and in the command. */
  readonly key: string;
  /** The command's other fields, as in its example. */
  readonly data: Readonly<Record<string, unknown>>;
};

/**
 * The first event and command that fit one another, or those that are named, found out by deciding the service's
 * examples. Refuses what nothing follows from.
 */
export async function sagaPlot(
  workspace: Workspace,
  { definition, aggregate }: KnownService,
  { after, send }: { readonly after?: string | undefined; readonly send?: string | undefined },
): Promise<SagaPlot> {
  const { events, commands } = await examplesOf(workspace, {
    service: definition.name,
    category: aggregate.name,
  });
  const [first] = events;
  const start = after === undefined ? first : named(events, { kind: "event", type: after });
  if (!first || !start) throw new Error(`Cannot plan a saga: "${aggregate.name}" has no events`);
  const asked = send === undefined ? commands : [named(commands, { kind: "command", type: send })];
  const history = start === first ? [first] : [first, start];
  const state = history.reduce<unknown>(aggregate.evolve, aggregate.initialState);
  for (const command of asked) {
    const proof = firstYielded(() => aggregate.decide(command, state));
    const { type = start.type, data: proven } = proof ?? {};
    const key = Object.keys(command.data).find((name) =>
      typeof command.data[name] === "string" &&
      [start.data[name], proven?.[name]].every((value) => value === command.data[name])
    );
    if (type === start.type || key === undefined) continue;
    const { [key]: _, ...data } = command.data;
    return { after: start.type, send: command.type, proof: type, key, data };
  }
  const tried = asked.map(({ type }) => `"${type}"`).join(", ");
  throw new Refusal(
    "saga-without-step",
    `Cannot make a saga that sends ${tried} after "${start.type}": in the examples nothing follows from it; allowed with --after are ${
      typesOf(events)
    }, with --send ${typesOf(commands)}`,
  );
}

function firstYielded(decide: () => readonly unknown[]): Example | undefined {
  try {
    return readExample(decide()[0]);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
