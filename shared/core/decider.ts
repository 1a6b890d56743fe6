import type { DomainCommand, DomainEvent } from "./event.ts";

/**
 * The rules of one aggregate, pure: everything comes in as an argument.
 *
 * `decide` yields no events for a request that is already fulfilled, and throws `Refusal` where a rule says no
 * and only the caller cares. `evolve` never fails: what is in the log has happened.
 */
export type Decider<Command extends DomainCommand, Event extends DomainEvent, State> = {
  readonly initialState: State;
  decide(command: Command, state: State): readonly Event[];
  evolve(state: State, event: Event): State;
};
