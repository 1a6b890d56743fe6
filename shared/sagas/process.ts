import type { DomainCommand, DomainEvent, EventSchemas } from "@headwater/core";

/** One line of a process's to-do list: a command for a service, under a name that is unique in its instance. */
export type Step<Command extends DomainCommand = DomainCommand> = {
  /** For example `reserve-stock:SKU1`. The command's id is derived from it, so doing it twice is harmless. */
  readonly name: string;
  readonly service: string;
  readonly command: Command;
};

/**
 * A process manager, pure. It hears what happened in its inputs, keeps its own events in the stream
 * `<name>-<key>`, and says what is outstanding: the same to-do list serves normal running and restart.
 *
 * A step stays outstanding until an input event proves that it was done (or refused).
 */
export type Process<
  // deno-lint-ignore no-explicit-any -- the runtime holds processes of every kind in one list
  Input extends DomainEvent = any,
  // deno-lint-ignore no-explicit-any -- as above
  Event extends DomainEvent = any,
  // deno-lint-ignore no-explicit-any -- as above
  State = any,
> = {
  /** Also the category of its streams. */
  readonly name: string;
  readonly inputs: readonly EventSchemas[];
  readonly events: EventSchemas<Event>;
  readonly initialState: State;
  /** Which instance an input belongs to; undefined: none. */
  key(input: Input): string | undefined;
  react(input: Input, state: State): readonly Event[];
  evolve(state: State, event: Event): State;
  /** Empty when there is nothing to do now: at rest, finished, or waiting for an input. */
  outstanding(state: State): readonly Step[];
  /** True when it needs nothing more, unless a late input wakes it. */
  finished(state: State): boolean;
  /** What operators see of an instance beside its steps; absent: nothing more. */
  tells?(state: State): {
    /** By what it is found beside its own key: other ids of the business. */
    readonly keys: readonly string[];
    /** It undoes what it has done. */
    readonly isCompensating: boolean;
  };
};
