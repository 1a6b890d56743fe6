import type { DomainEvent, EventSchemas } from "@headwater/core";
import type { z } from "zod";
import type { Operated } from "./notice.ts";
import type { Process, Told } from "./process.ts";
import { type CompiledSaga, compileSaga, type Definition } from "./saga_definition.ts";
import type { FormerEvent, Formers, Plan, SagaEvent } from "./saga_events.ts";
import { noticeSaga } from "./saga_notice.ts";
import { wayOf } from "./saga_way.ts";
import { outstandingOf, planOf, templateOf, timersOf } from "./saga_plan.ts";
import { reactSaga } from "./saga_react.ts";
import { initialSagaState, type SagaState, stepState, todoOf } from "./saga_state.ts";
import { evolveSaga } from "./evolve_saga.ts";
import { stepsOf } from "./saga_steps.ts";

/** A process that is a saga. */
export type Saga = Process<DomainEvent, DomainEvent, SagaState> & {
  readonly definition: CompiledSaga;
};

/**
 * How instances that run by other versions go on.
 *
 * @internal
 */
type Versions = {
  /** The sagas as they were: their instances end as they began. */
  readonly earlier?: readonly Pick<Saga, "definition">[];
  /** Versions whose instances go over to this one: steps that were done keep what became of them, by their names. */
  readonly migrates?: readonly number[];
};

/**
 * Defines a saga: steps that are taken one after the other or side by side, each undone when a later one is refused.
 * Errors, at once: what the definition makes impossible, with the step and what to write instead.
 */
export function defineSaga<Start, Started, Former extends Formers>(
  events: EventSchemas & {
    readonly key: string;
    readonly start: z.ZodType<Start>;
    readonly formerly: Former;
  },
  definition: Definition<Start, Started> & Versions & {
    /** What an event that was written before there was this definition says in its terms. */
    formerly?(event: FormerEvent<Former>, planOf: (start: Start) => Plan): SagaEvent;
    /** What is kept of the event that starts an instance; default: as much of its data as the schema of that takes. */
    start?(data: Started): Start;
  } & ([Started] extends [Start] ? unknown : { start(data: Started): Start }),
): Saga {
  const newest = compileSaga(events, definition, stepsOf<Start, undefined>());
  const { earlier = [], migrates = [], start, formerly } = definition;
  const byVersion = new Map<number, CompiledSaga>([
    ...earlier.map(({ definition }) => [definition.version, definition] as const),
    ...migrates.map((version) => [version, newest] as const),
    [newest.version, newest],
  ]);

  function sagaOf({ started }: SagaState): CompiledSaga | undefined {
    return started ? byVersion.get(started.version) : newest;
  }
  function knownSagaOf(state: SagaState): CompiledSaga {
    const saga = sagaOf(state);
    if (saga) return saga;
    throw new Error(
      `Cannot go on with "${state.started?.id}": it runs by version ${state.started?.version} of "${newest.name}", this release has ${
        [...byVersion.keys()].join(", ")
      }`,
    );
  }
  /** An instance of another version goes over first. */
  function going(
    state: SagaState,
    at: string,
    act: (saga: CompiledSaga, state: SagaState) => readonly SagaEvent[],
  ): readonly SagaEvent[] {
    const saga = knownSagaOf(state);
    const { started } = state;
    if (!started || started.version === saga.version) return act(saga, state);
    const migrated: SagaEvent = { type: "SagaMigrated", data: { ...newWay(saga, started), at } };
    const noted = act(saga, evolveSaga(saga, state, migrated));
    // An answer that changes nothing wakes nobody who has ended
    const changes = noted.some(({ type }) => type !== "AnswerHeard");
    return changes ? [migrated, ...noted] : noted;
  }
  /** Where a step is gone nothing is sent, so nothing comes by which an instance would go over: operators have it do so. */
  function freed(
    state: SagaState,
    { act, step, actor, reason, at }: Operated,
  ): readonly SagaEvent[] | undefined {
    const saga = knownSagaOf(state);
    const { started } = state;
    if (!started || started.version === saga.version) return undefined;
    const gone = Object.keys(state.open).filter((open) => !templateOf(saga, open));
    const isMeant = (act === "retry" || act === "resume") &&
      gone.some((open) => step === undefined || open === step);
    if (!isMeant) return undefined;
    return [{ type: "SagaMigrated", data: { ...newWay(saga, started), actor, reason, at } }];
  }
  function withKey(noted: readonly SagaEvent[], id: unknown): readonly DomainEvent[] {
    return noted.map(({ type, data }) => ({ type, data: { [newest.key]: id, ...data } }));
  }
  function keyOf({ data }: DomainEvent): unknown {
    return (data as Readonly<Record<string, unknown>>)[newest.key];
  }
  function told(state: SagaState): Told {
    const { started, direction } = state;
    if (!started) return { keys: [], isCompensating: false };
    const saga = sagaOf(state);
    const held = Object.keys(state.open)
      .map((step) => ({ step, cause: whyStuck(state, { saga, step }) }))
      .find(({ cause }) => cause !== undefined);
    return {
      keys: newest.keys(started.start),
      isCompensating: direction === "compensating",
      version: started.version,
      ...(held?.cause !== undefined && { stuck: { step: held.step, cause: held.cause } }),
    };
  }

  return {
    name: newest.name,
    definition: newest,
    versions: [...byVersion.keys()],
    inputs: newest.inputs,
    events,
    initialState: initialSagaState,
    key(input) {
      if (!newest.roles.has(input.type)) return undefined;
      const key = keyOf(input);
      return typeof key === "string" ? key : undefined;
    },
    react(input, state, { at }) {
      const noted = going(state, at, (saga, state) =>
        reactSaga(saga, {
          ...{ input, at },
          startOf: (data) => start ? start(data as Started) : events.start.parse(data),
        }, state));
      return withKey(noted, keyOf(input));
    },
    notice(notice, state) {
      const noted = (notice.type === "Operated" ? freed(state, notice) : undefined) ??
        going(state, notice.at, (saga, state) => noticeSaga(saga, notice, state));
      return withKey(noted, state.started?.id);
    },
    evolve(state, event) {
      const isFormer = Object.hasOwn(events.formerly, event.type);
      const meant = isFormer && formerly
        ? formerly(event as FormerEvent<Former>, (start) => planOf(newest, start))
        : event as SagaEvent;
      // What is folded is what was recorded; the code of its version only says what is called off by what
      return evolveSaga(sagaOf(state) ?? newest, state, meant);
    },
    outstanding(state) {
      const saga = sagaOf(state);
      return saga ? outstandingOf(saga, state) : [];
    },
    timers: (state) => {
      const saga = sagaOf(state);
      return saga ? timersOf(saga, state) : [];
    },
    finished: (state) => todoOf(state).length === 0,
    tells: told,
    way: (state) => state.started && wayOf(state),
  };
}

/** What is to be done from now on. */
function newWay(saga: CompiledSaga, { start }: { readonly start: unknown }) {
  return { version: saga.version, plan: planOf(saga, start) };
}

/** Why a step cannot go on without operators; undefined: it can. */
function whyStuck(
  state: SagaState,
  { saga, step }: { readonly saga: CompiledSaga | undefined; readonly step: string },
): string | undefined {
  const { started } = state;
  if (!saga) return `this release does not run version ${started?.version}, by which it began`;
  if (!templateOf(saga, step)) return `version ${saga.version} has no step "${step}"`;
  return stepState(state, step).stuck;
}
