import type { EventSchemas } from "@headwater/core";
import { type Duration, durationMs } from "./duration.ts";
import type { EventRef } from "./participant.ts";
import type { Part, StepsOf, StepTemplate } from "./saga_steps.ts";

/**
 * What a saga is, as it is written down.
 *
 * @internal
 */
export type Definition<Start, Started> = {
  /** Raised when running instances are not to go on as the new definition says; default: 1. */
  readonly version?: number;
  readonly startedBy: EventRef<Started> | readonly EventRef<Started>[];
  /** After any of these nothing is left to do: what stands, stands. */
  readonly endedBy?: readonly EventRef[];
  /** By what operators find an instance beside its key. */
  keys?(start: Start): readonly string[];
  /** No end in this time, and it is undone while it can be; default: 15 min. */
  readonly within?: Duration;
  /** One after the other. */
  steps(make: StepsOf<Start>): readonly (StepTemplate | Part)[];
  /** What comes before and after what undoes steps, one after the other. */
  compensation?(make: StepsOf<Start>): {
    /** Left out where a cancellation was what began it. */
    readonly first?: readonly StepTemplate[];
    readonly last?: readonly StepTemplate[];
  };
  /** By what it is called off. Its reason is the event's `reason`. */
  cancel?(make: StepsOf<Start>): {
    readonly when: EventRef;
    /** Tells that it is too late. */
    readonly refuse?: StepTemplate;
  };
  /** What follows whenever something else is heard, by a name for it; a saga that is done rests until then. */
  later?(make: StepsOf<Start>): Readonly<Record<string, Later>>;
};

/** What follows from an event that may come. */
export type Later = {
  readonly when: EventRef;
  /** From then on there is no way back. */
  readonly isPivot?: boolean;
  readonly steps: readonly (StepTemplate | Part)[];
};

/** What an event is to a saga. */
export type Role =
  | { readonly type: "start" | "cancel" | "end"; readonly ref: EventRef }
  | { readonly type: "later"; readonly ref: EventRef; readonly name: string }
  | {
    readonly type: "done" | "refused";
    readonly ref: EventRef;
    readonly step: StepTemplate;
    /** The field of the event that tells which of its steps. */
    readonly by?: string;
  };

/**
 * A definition, checked and looked up by what happens.
 *
 * @internal
 */
export type CompiledSaga = {
  readonly name: string;
  readonly key: string;
  readonly version: number;
  readonly withinMs: number;
  readonly parts: readonly Part[];
  readonly first: readonly StepTemplate[];
  readonly last: readonly StepTemplate[];
  readonly refuse: StepTemplate | undefined;
  readonly later: ReadonlyMap<
    string,
    { readonly parts: readonly Part[]; readonly isPivot: boolean }
  >;
  /** By name, that of steps of `each` without what stands behind their colon. */
  readonly templates: ReadonlyMap<string, { readonly step: StepTemplate; readonly part?: Part }>;
  /** By type of event. */
  readonly roles: ReadonlyMap<string, readonly Role[]>;
  readonly inputs: readonly EventSchemas[];
  // deno-lint-ignore no-explicit-any -- it is what `start` was made of
  keys(start: any): readonly string[];
};

/** Errors: what the definition makes impossible, with the step and what to write instead. */
export function compileSaga<Start, Started>(
  { category: name, key }: Pick<EventSchemas, "category"> & { readonly key: string },
  definition: Definition<Start, Started>,
  make: StepsOf<Start>,
): CompiledSaga {
  const parts = partsOf(definition.steps(make));
  const { first = [], last = [] } = definition.compensation?.(make) ?? {};
  const cancel = definition.cancel?.(make);
  const later = new Map(
    Object.entries(definition.later?.(make) ?? {}).map(([name, { when, steps, isPivot = false }]) =>
      [name, { when, parts: partsOf(steps), isPivot }] as const
    ),
  );
  const { startedBy, endedBy = [] } = definition;
  const roles: Role[] = [
    ...[startedBy].flat().map((ref) => ({ type: "start" as const, ref })),
    ...endedBy.map((ref) => ({ type: "end" as const, ref })),
    ...(cancel ? [{ type: "cancel" as const, ref: cancel.when }] : []),
    ...later.entries().map(([name, { when }]) => ({ type: "later" as const, name, ref: when })),
  ];
  const templates = new Map<string, { step: StepTemplate; part?: Part }>();
  function add(step: StepTemplate, part?: Part): void {
    if (templates.has(step.name)) throw wrong(step.name, "another step has this name");
    templates.set(step.name, part?.each ? { step, part } : { step });
    const by = part?.each?.by;
    for (const type of ["done", "refused"] as const) {
      roles.push(...step[type].map((ref) => ({ type, ref, step, ...(by && { by }) })));
    }
    if (step.undo) add(step.undo, part);
  }
  function wrong(step: string, why: string): Error {
    return new Error(`Cannot define saga "${name}": step "${step}": ${why}`);
  }
  const laterParts = [...later.values()].flatMap(({ parts }) => parts);
  for (const part of [...parts, ...laterParts]) for (const step of part.steps) add(step, part);
  const single = [...first, ...last, ...(cancel?.refuse ? [cancel.refuse] : [])];
  for (const step of single) add(step);

  for (const { step, part } of templates.values()) {
    const objection = objectionTo(step) ?? objectionToFields(step, [key, ...itemField(part)]);
    if (objection) throw wrong(step.name, objection);
  }
  for (const step of single) {
    if (step.kind !== "retriable") throw wrong(step.name, "must be retriable, it is never undone");
  }
  assertWayBack(parts, wrong);
  for (const step of laterParts.flatMap(({ steps }) => steps)) {
    if (step.kind === "compensatable") {
      throw wrong(step.name, "follows an event that may come at any time: make it retriable");
    }
  }
  for (const [at, role] of roles.entries()) {
    const twin = roles.slice(0, at).find((other) => areSame(other, role));
    if (twin && "step" in role && "step" in twin) {
      throw wrong(
        role.step.name,
        `"${role.ref.type}" would complete step "${twin.step.name}" too: say by \`where\` which of them it is`,
      );
    }
  }
  const byType = Map.groupBy(roles, ({ ref }) => ref.type);
  for (const [type, [role, ...others]] of byType) {
    const other = others.find(({ ref }) => ref.schemas.category !== role!.ref.schemas.category);
    if (other) {
      throw new Error(
        `Cannot define saga "${name}": it hears "${type}" of both "${
          role!.ref.schemas.category
        }" and "${other.ref.schemas.category}": give one of them another name`,
      );
    }
  }
  return {
    ...{ name, key, parts, first, last, later, templates, roles: byType },
    version: definition.version ?? 1,
    withinMs: durationMs(definition.within ?? "15m"),
    refuse: cancel?.refuse,
    inputs: [...new Map(roles.map(({ ref: { schemas } }) => [schemas.category, schemas])).values()],
    keys: (start) => definition.keys?.(start) ?? [],
  };
}

function partsOf(steps: readonly (StepTemplate | Part)[]): readonly Part[] {
  return steps.map((step) => "steps" in step ? step : { steps: [step], undoneAlone: false });
}

function itemField(part: Part | undefined): readonly string[] {
  return part?.each ? [part.each.by] : [];
}

function objectionTo(step: StepTemplate): string | undefined {
  const { name, kind, done, undo, withoutUndo, refused } = step;
  if (!/^[a-z][a-z0-9-]*(:[a-z0-9-]+)?$/.test(name)) {
    return "its name must be like `charge-payment` or `notify:order-confirmed`";
  }
  if (kind !== "after" && done.length === 0) {
    return "no event can complete it: name one as `done`";
  }
  if (kind === "compensatable" && !undo && !withoutUndo?.trim()) {
    return "its compensation is missing: give `undo`, or say in `withoutUndo` why there is none";
  }
  if (undo && undo.kind !== "retriable") return `what undoes it, "${undo.name}", must be retriable`;
  const both = done.find((ref) => refused.some((other) => meanTheSame(ref, other)));
  return both && `"${both.type}" cannot both complete and refuse it`;
}

/** By these it is told whose an event is. */
function objectionToFields({ done, refused }: StepTemplate, fields: readonly string[]) {
  for (const { schemas, type } of [...done, ...refused]) {
    const schema = schemas.schemaOf(type);
    const shape = "shape" in schema ? schema.shape as object : undefined;
    const missing = shape && fields.find((field) => !(field in shape));
    if (missing) return `"${type}" has no field "${missing}", by which it is told whose it is`;
  }
  return undefined;
}

function assertWayBack(
  parts: readonly Part[],
  wrong: (step: string, why: string) => Error,
): void {
  let pivot: string | undefined;
  for (const { steps, each } of parts) {
    const together = steps.find(({ kind }) => kind === "pivot" && (steps.length > 1 || each));
    if (together) {
      throw wrong(
        together.name,
        "a pivot stands by itself: put what is beside it before or after it",
      );
    }
    for (const { name, kind } of steps) {
      if (pivot !== undefined && (kind === "compensatable" || kind === "pivot")) {
        const meant = kind === "pivot" ? "there can be one pivot" : "make it retriable";
        throw wrong(
          name,
          `it comes after the pivot "${pivot}", from where there is no way back: ${meant}, or put it before`,
        );
      }
    }
    pivot ??= steps.find(({ kind }) => kind === "pivot")?.name;
  }
}

function areSame(one: Role, other: Role): boolean {
  return one.type === "done" && other.type === "done" && meanTheSame(one.ref, other.ref);
}

/** An event may be meant by both. */
function meanTheSame(one: EventRef, other: EventRef): boolean {
  const [a, b] = [one.where, other.where] as Record<string, unknown>[];
  return one.type === other.type && one.schemas.category === other.schemas.category &&
    Object.keys(a!).every((field) => !(field in b!) || a![field] === b![field]);
}
