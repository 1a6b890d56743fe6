import { defineEvents, type DomainEvent, type EventSchemas, field } from "@headwater/core";
import { z } from "zod";

/**
 * One step of a plan.
 *
 * @internal
 */
export type PlannedStep = {
  readonly step: string;
  /** `await`: nothing is sent, an event is waited for. `after`: a while is. */
  readonly kind: "compensatable" | "pivot" | "retriable" | "await" | "after";
  /** The step that undoes it. */
  readonly undo?: string | undefined;
  /** It is undone by itself, not beside those that it was done beside. */
  readonly alone?: true | undefined;
};

/** One after the other; the steps of each side by side. */
type Groups = readonly (readonly PlannedStep[])[];

/** What an instance is to do, as it was recorded when it began: whatever the code says later, this is its way. */
export type Plan = {
  readonly groups: readonly (readonly PlannedStep[])[];
  /** Before and after what undoes steps, one after the other. */
  readonly first: readonly string[];
  readonly last: readonly string[];
  /** What follows when something else is heard. */
  readonly later: readonly {
    readonly name: string;
    readonly groups: readonly (readonly PlannedStep[])[];
    readonly isPivot: boolean;
  }[];
  /** The step by which a cancellation is refused. */
  readonly refuse?: string | undefined;
};

/** @internal */
type Noted<Type extends string, Data> = { readonly type: Type; readonly data: Readonly<Data> };
/** @internal */
type AtStep = { step: string; at?: string | undefined };
/** @internal */
type Acting = { actor: string; reason: string; at: string };

/** An event of a saga's own stream; its data has the instance's key too. */
export type SagaEvent<Start = unknown> =
  | Noted<"SagaStarted", { version: number; at?: string | undefined; start: Start; plan: Plan }>
  /** `compensates` names the step that this one undid; `result` is what was kept of the event that proved it, as JSON. */
  | Noted<
    "StepDone",
    AtStep & { compensates?: string | undefined; result?: string | undefined }
  >
  | Noted<"StepRefused", AtStep & { reason: string }>
  /** It cannot go on without operators. */
  | Noted<"StepStuck", AtStep & { reason: string }>
  | Noted<"StepTimedOut", AtStep>
  /** Something has made what it had left to do needless. */
  | Noted<"SagaEnded", { at: string }>
  | Noted<"SagaTimedOut", { reason: string; at: string }>
  | Noted<"CancellationHeard", { reason: string; at?: string | undefined }>
  /** Too late: what was done stands. */
  | Noted<"CancellationRefused", { reason: string; at: string }>
  /** Something that has steps of its own follow. */
  | Noted<"EventHeard", { name: string; at?: string | undefined }>
  /** An answer that changes nothing: it came twice, too late, or to an instance that was never started. */
  | Noted<"AnswerHeard", AtStep & { type: string; outcome: "done" | "refused" }>
  | Noted<"StepRetried", Acting & { step: string; round: number }>
  | Noted<"StepResumed", Acting & { step: string }>
  | Noted<"StepSkipped", Acting & { step: string; compensates?: string | undefined }>
  | Noted<"CompensationOrdered", Acting>
  /** `actor`, `reason`: of who had it do so, where nothing would have come by which it does. */
  | Noted<"SagaMigrated", Partial<Acting> & { version: number; at: string; plan: Plan }>;

/**
 * Schemas of the types of events that were written formerly.
 *
 * @internal
 */
export type Formers = Readonly<Record<string, z.ZodType>>;

/**
 * What was written formerly.
 *
 * @internal
 */
export type FormerEvent<Former extends Formers> = {
  [Type in keyof Former & string]: { readonly type: Type; readonly data: z.output<Former[Type]> };
}[keyof Former & string];

/** @internal */
type Keyed<Event extends DomainEvent, Key extends string> = Event extends DomainEvent
  ? { type: Event["type"]; data: Event["data"] & Readonly<Record<Key, string>> }
  : never;

/**
 * What a saga keeps in its streams; part of its service's contract, like other events.
 *
 * @internal
 */
export type SagaEvents<Key extends string, Start, Former extends Formers> =
  & EventSchemas<Keyed<SagaEvent<Start>, Key> | FormerEvent<Former>>
  & { readonly key: Key; readonly start: z.ZodType<Start>; readonly formerly: Former };

/**
 * The events of a saga, in streams `<name>-<key>`. `key`: the field, of all events that it hears, by which instances are
 * told apart. `start`: what is kept of the event that starts one. `formerly`: types of events that were written before
 * there was this definition.
 */
export function sagaEvents<
  Key extends string,
  Start extends z.ZodType,
  Former extends Formers = Readonly<Record<never, never>>,
>(
  name: string,
  { key, start, formerly }: {
    readonly key: Key;
    readonly start: Start;
    readonly formerly?: Former;
  },
): SagaEvents<Key, z.output<Start>, Former> {
  const events = defineEvents(name, { ...formerly, ...definitionsOf(key, start) });
  return { ...events, key, start, formerly: formerly ?? {} } as unknown as SagaEvents<
    Key,
    z.output<Start>,
    Former
  >;
}

const step = z.string().min(1).max(300);
const at = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/);
const reason = field.outsideText(1_000);
const version = z.int().positive();

const groups: z.ZodType<Groups> = z.array(z.array(z.object({
  step,
  kind: z.enum(["compensatable", "pivot", "retriable", "await", "after"]),
  undo: step.optional(),
  alone: z.literal(true).optional(),
})));

const plan: z.ZodType<Plan> = z.object({
  groups,
  first: z.array(step),
  last: z.array(step),
  later: z.array(z.object({ name: z.string(), groups, isPivot: z.boolean() })),
  refuse: step.optional(),
});

/**
 * The schemas of `SagaEvent`.
 *
 * @internal
 */
// deno-lint-ignore explicit-module-boundary-types -- a test holds it against `SagaEvent`
export function definitionsOf<Start extends z.ZodType>(key: string, start: Start) {
  // Whoever hears them knows its name
  const instance: Record<never, z.ZodType> = { [key]: field.id };
  const stepping = { ...instance, step, at: at.optional() };
  const acting = { ...instance, actor: field.outsideText(200), reason, at };
  return {
    SagaStarted: z.object({ ...instance, version, at: at.optional(), start, plan }),
    StepDone: z.object({
      ...stepping,
      compensates: step.optional(),
      result: z.string().optional(),
    }),
    StepRefused: z.object({ ...stepping, reason }),
    StepStuck: z.object({ ...stepping, reason }),
    StepTimedOut: z.object(stepping),
    SagaEnded: z.object({ ...instance, at }),
    SagaTimedOut: z.object({ ...instance, reason, at }),
    CancellationHeard: z.object({ ...instance, reason, at: at.optional() }),
    CancellationRefused: z.object({ ...instance, reason, at }),
    EventHeard: z.object({ ...instance, name: z.string(), at: at.optional() }),
    AnswerHeard: z.object({ ...stepping, type: z.string(), outcome: z.enum(["done", "refused"]) }),
    StepRetried: z.object({ ...acting, step, round: z.int().positive() }),
    StepResumed: z.object({ ...acting, step }),
    StepSkipped: z.object({ ...acting, step, compensates: step.optional() }),
    CompensationOrdered: z.object(acting),
    SagaMigrated: z.object({
      ...{ ...instance, version, at, plan },
      ...{ actor: acting.actor.optional(), reason: reason.optional() },
    }),
  };
}
