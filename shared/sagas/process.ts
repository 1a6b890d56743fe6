import type { DomainEvent, EventSchemas } from "@headwater/core";
import type { Notice, Timer } from "./notice.ts";
import type { Way } from "./way.ts";
import type { Step } from "./step.ts";

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
  /** `at`: when the input was recorded, ISO 8601 UTC. */
  react(input: Input, state: State, context: { readonly at: string }): readonly Event[];
  evolve(state: State, event: Event): State;
  /** Empty when there is nothing to do now: at rest, finished, or waiting for an input. */
  outstanding(state: State): readonly Step[];
  /** True when it needs nothing more, unless a late input wakes it. */
  finished(state: State): boolean;
  /**
   * What follows from what an instance is told beside its inputs; absent: nothing, and nothing of that kind comes.
   * Throws `Refusal` for an act that its state does not allow; it names the state that the act needs.
   */
  notice?(notice: Notice, state: State): readonly Event[];
  /** The times that it waits for; absent: none. */
  timers?(state: State): readonly Timer[];
  /**
   * The versions of its definition that this code can run: whoever is told to run by another (`tells`) is stranded, and
   * keeps the application from starting unless that is allowed. Absent: its definition has none.
   */
  readonly versions?: readonly number[];
  /** What operators see of an instance beside its steps; absent: nothing more. */
  tells?(state: State): Told;
  /** The steps of an instance, for operators; absent, or undefined: they are not known before they are sent. */
  way?(state: State): Way | undefined;
};

/** What a process tells operators of an instance. */
export type Told = {
  /** By what it is found beside its own key: other ids of the business. */
  readonly keys: readonly string[];
  /** It undoes what it has done. */
  readonly isCompensating: boolean;
  /** Why it cannot go on without operators; absent: it can. */
  readonly stuck?: { readonly step: string; readonly cause: string };
  /** Of the definition by which it runs; absent: its definition has none. */
  readonly version?: number;
};
