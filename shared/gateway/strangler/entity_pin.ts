import { type Aggregate, aggregate, derivedId } from "@headwater/core";
import {
  type EntityPinCommand,
  entityPinCommands,
  type EntityPinEvent,
  entityPinEvents,
} from "./contract.ts";
import type { Side } from "./side_of.ts";

/** Undefined: it is on no side yet. */
export type EntityPinState = { readonly side: Side } | undefined;

/** The side with which an entity stays: the first that is said, until an operator moves it. */
export const entityPin: Aggregate<EntityPinCommand, EntityPinEvent, EntityPinState> = aggregate({
  events: entityPinEvents,
  commands: entityPinCommands,
  id: ({ data }) => pinIdOf(data.route, data.entity),
  initialState: undefined as EntityPinState,
  decide,
  evolve,
});

/** An entity's name need not be one of a stream. */
export function pinIdOf(route: string, entity: string): string {
  return derivedId("entityPin", route, entity);
}

function decide(command: EntityPinCommand, state: EntityPinState): readonly EntityPinEvent[] {
  switch (command.type) {
    case "PinEntity":
      return state ? [] : [{ type: "EntityPinned", data: command.data }];
    case "MoveEntity": {
      if (state?.side === command.data.side) return [];
      const from = state && { from: state.side };
      return [{ type: "EntityMoved", data: { ...command.data, ...from } }];
    }
  }
}

function evolve(_state: EntityPinState, event: EntityPinEvent): EntityPinState {
  return { side: event.data.side };
}
