import type { z } from "zod";
import type { DomainCommand, DomainEvent } from "./event.ts";
import type { CommandOf, EventOf, EventSchemas } from "./event_schemas.ts";

/**
 * The commands that others may send: a schema of the data for each type.
 * @internal
 */
export type CommandSchemas = Readonly<Record<string, z.ZodType>>;

/**
 * Everything that an aggregate is: what may be asked of it, what can happen to it, and the rules between, which are
 * pure: everything comes in as an argument.
 */
export type Aggregate<
  // deno-lint-ignore no-explicit-any -- lists hold aggregates of every kind
  Command extends DomainCommand = any,
  // deno-lint-ignore no-explicit-any -- as above
  Event extends DomainEvent = any,
  // deno-lint-ignore no-explicit-any -- as above
  State = any,
> = {
  /** The category of its streams. */
  readonly name: string;
  readonly events: EventSchemas<Event>;
  readonly commands: CommandSchemas;
  /** Whom a command is for: the stream's name without its category. */
  id(command: Command): string;
  /** Before anything has happened. */
  readonly initialState: State;
  /** Yields no events for a request that is already fulfilled; throws `Refusal` where a rule says no and only the caller cares. */
  decide(command: Command, state: State): readonly Event[];
  /** Never fails: what is in the log has happened. */
  evolve(state: State, event: Event): State;
};

/**
 * Defines an aggregate; pure. `Own` are commands that only the service itself gives, for example the answers of a
 * provider that it asked: they have no schema, because nobody can send them.
 */
export function aggregate<
  Schemas extends CommandSchemas,
  Events extends EventSchemas,
  State,
  Yielded extends DomainEvent,
  Own extends DomainCommand = never,
>(
  definition: {
    readonly events: Events;
    readonly commands: Schemas;
    id(command: CommandOf<Schemas> | Own): string;
    readonly initialState: State;
    decide(command: CommandOf<Schemas> | Own, state: State): readonly Yielded[];
    evolve(state: State, event: EventOf<Events>): State;
  } & OnlyOf<EventOf<Events>, Yielded>,
): Aggregate<CommandOf<Schemas> | Own, EventOf<Events>, State> {
  const { decide, ...rest } = definition;
  return {
    name: definition.events.category,
    ...rest,
    decide: (command, state) => decide(command, state) as readonly EventOf<Events>[],
  };
}

/**
 * What a decider yields is inferred from what it returns, so that types of events stay literal; here it is held against
 * the schemas.
 * @internal
 */
type OnlyOf<Event, Yielded> = [Yielded] extends [Event] ? unknown
  : { decide(...given: never): readonly Event[] };
