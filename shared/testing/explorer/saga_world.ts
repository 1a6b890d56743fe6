import type { DomainEvent } from "@headwater/core";
import type { Plan, Saga, StepAnswered } from "@headwater/sagas";
import type { Emitted } from "./saga_cast.ts";

/** What a participant has of a step. `off`: called off by what somebody else did, it will not be done any more. */
export type Unit = "none" | "done" | "undone" | "refused" | "off";

/** A command, by its step and round: its id follows from these. */
export type Command = { readonly name: string; readonly round: number };

/** One instance and all that is around it. Nothing in it is ever changed: what happens makes another. */
export type World = {
  /** What is stored of the instance. */
  readonly noted: readonly DomainEvent[];
  readonly state: Saga["initialState"];
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly units: Readonly<Record<string, Unit>>;
  /** Commands that participants have taken: they take them once. */
  readonly taken: readonly string[];
  /** By stream: what was told, and how much of that was heard. */
  readonly streams: Readonly<
    Record<string, { readonly told: readonly Emitted[]; readonly heard: number }>
  >;
  /** Heard without a trace: heard again, it may have one. */
  readonly untraced: readonly Emitted[];
  /** Copies of commands that are still under way. */
  readonly lagging: readonly Command[];
  /** Answers that are under way; who has crashed does not get them. */
  readonly answers: readonly (Command & Pick<StepAnswered, "outcome" | "code">)[];
  /** What others did. */
  readonly happened: readonly string[];
  readonly crashes: number;
  readonly acts: number;
  readonly judged: Judged;
  /** What must not be, and is. */
  readonly broken?: string;
};

/** What the stored events say, read without the saga's own code. */
export type Judged = {
  readonly plan?: Plan;
  /** Done and not undone, in the order of completion. */
  readonly standing: readonly string[];
  /** Nobody knows whether they were done; operators have them undone. */
  readonly doubtful: readonly string[];
  /** Operators have taken them for done. */
  readonly skipped: readonly string[];
  /** Commands that operators have sent anew; steps that undo what nobody knew to be done when they were sent. */
  readonly retried: readonly string[];
  readonly goesBack: boolean;
  readonly isCancelled: boolean;
  readonly isPivoted: boolean;
  /** Somebody has called it off, in time or not. */
  readonly isCalledOff: boolean;
  /** It was told that it could not be called off. */
  readonly isRefused: boolean;
  /** Nothing is left to do, unless it goes back. */
  readonly isEnded: boolean;
  /** Under way when it turned back, and without an outcome since. */
  readonly awaited: readonly string[];
  /** Commands by which steps were done. */
  readonly settled: readonly string[];
  /** By commands, what they said. */
  readonly commands: Readonly<Record<string, string>>;
};

export const unjudged: Judged = {
  ...{
    standing: [],
    doubtful: [],
    skipped: [],
    retried: [],
    awaited: [],
    settled: [],
    commands: {},
  },
  ...{
    goesBack: false,
    isCancelled: false,
    isPivoted: false,
    isCalledOff: false,
    isRefused: false,
    isEnded: false,
  },
};

export function keyOf({ name, round }: Command): string {
  return `${name}#${round}`;
}

export function unitOf({ units }: World, unit: string): Unit {
  return units[unit] ?? "none";
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
