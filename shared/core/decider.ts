import type { Aggregate } from "./aggregate.ts";
import type { DomainCommand, DomainEvent } from "./event.ts";

/** The rules of an aggregate, without its contract. */
export type Decider<Command extends DomainCommand, Event extends DomainEvent, State> = Pick<
  Aggregate<Command, Event, State>,
  "initialState" | "decide" | "evolve"
>;
