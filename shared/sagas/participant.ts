import type { CommandOf, DomainCommand, DomainEvent, EventSchemas } from "@headwater/core";
import type { z } from "zod";

/** A command, and the service that is to do it. */
export type Order = { readonly service: string; readonly command: DomainCommand };

/** An event of a contract, by what is known of it beforehand: its type, and what some of its fields are. */
export type EventRef<Data = unknown> = {
  readonly schemas: EventSchemas;
  readonly type: string;
  readonly where: Partial<Data>;
  /** What of it is kept, for the commands of later steps. */
  keeps?(data: Data): unknown;
};

/**
 * A service as sagas and policies see it: what it can be told, and what is heard of it.
 *
 * @internal
 */
export type Participant<
  Commands extends Readonly<Record<string, z.ZodType>>,
  Event extends DomainEvent,
> = {
  readonly service: string;
  readonly commands: Commands;
  command<Type extends keyof Commands & string>(
    type: Type,
    data: z.input<Commands[Type]>,
  ): Order;
  /** `where`: only with these values. Errors: when the contract has no such event. */
  event<Type extends Event["type"]>(
    type: Type,
    options?: {
      readonly where?: Partial<Extract<Event, { type: Type }>["data"]>;
      readonly keeps?: (data: Extract<Event, { type: Type }>["data"]) => unknown;
    },
  ): EventRef<Extract<Event, { type: Type }>["data"]>;
};

/** `participant("payment", { commands: paymentCommands, events: paymentEvents })` */
export function participant<
  Commands extends Readonly<Record<string, z.ZodType>>,
  Event extends DomainEvent,
>(
  service: string,
  { commands, events }: { readonly commands: Commands; readonly events: EventSchemas<Event> },
): Participant<Commands, Event> {
  return {
    service,
    commands,
    command: (type, data) => ({ service, command: { type, data } as CommandOf<Commands> }),
    event(type, { where = {}, keeps } = {}) {
      // Throws for a type that it does not have
      events.schemaOf(type);
      return { schemas: events, type, where, ...(keeps && { keeps }) };
    },
  };
}

/** True for an event of that type, with these values. */
export function isMeant({ where }: Pick<EventRef, "where">, data: unknown): boolean {
  const [wanted, given] = [where, data] as Record<string, unknown>[];
  return Object.keys(wanted!).every((field) => given![field] === wanted![field]);
}
