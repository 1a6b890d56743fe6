import {
  type Aggregate,
  type DomainCommand,
  type DomainEvent,
  type EventSchemas,
  Refusal,
} from "@headwater/core";
import assert from "node:assert/strict";

/**
 * The rules of an aggregate, without its contract.
 * @internal
 */
type Rules<Command extends DomainCommand, Event extends DomainEvent, State> = Pick<
  Aggregate<Command, Event, State>,
  "decide" | "evolve" | "initialState"
>;

/**
 * Gives the commands to the decider one after the other and returns the events; refused ones lead to none. Asserts of
 * each that its events can be written, and that deciding it again right away yields nothing, unless its events are
 * answers that leave the state as it is.
 */
export function runCommands<Command extends DomainCommand, Event extends DomainEvent, State>(
  { decider, events }: {
    readonly decider: Rules<Command, Event, State>;
    readonly events: EventSchemas<Event>;
  },
  { commands, adding = [] }: {
    readonly commands: readonly NoInfer<Command>[];
    /** Types of commands that do something every time. */
    readonly adding?: readonly NoInfer<Command>["type"][];
  },
): { readonly state: State; readonly history: readonly Event[] } {
  const history: Event[] = [];
  let state = decider.initialState;
  for (const command of commands) {
    const yielded = decide(decider, { command, state });
    const before = state;
    for (const event of yielded) {
      const { data } = events.encode(event);
      assert.deepEqual(data, event.data, `${event.type} is yielded as it is written`);
      state = decider.evolve(state, event);
    }
    history.push(...yielded);
    if (adding.includes(command.type) || state === before) continue;
    assert.deepEqual(decide(decider, { command, state }), [], `${command.type} happens once`);
  }
  return { state, history };
}

function decide<Command extends DomainCommand, Event extends DomainEvent, State>(
  decider: Rules<Command, Event, State>,
  { command, state }: { readonly command: Command; readonly state: State },
): readonly Event[] {
  try {
    return decider.decide(command, state);
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}
