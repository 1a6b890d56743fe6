import type { DomainEvent } from "@headwater/core";
import type { Saga } from "@headwater/sagas";

type Templates = Saga["definition"]["templates"];
type Found = NonNullable<ReturnType<Templates["get"]>>;
type Template = Found["step"];

/** How a step is told apart from others, in what is heard of it. */
export type Part = {
  readonly name: string;
  readonly template: Template;
  /** What it does or undoes: the name of the step forward. */
  readonly unit: string;
  readonly isUndo: boolean;
  readonly item?: { readonly field: string; readonly value: string };
};

/** What others than participants tell of: they happen when they like, as often as it says. */
export type Outside = {
  /** It happens only while these are done. */
  readonly after?: readonly string[];
  /** What undoes these is refused from then on. */
  readonly bars?: readonly string[];
};

/** What is explored: a saga, one instance of it, and the world that it is in. */
export type Stage = {
  readonly saga: Saga;
  /** Starts the instance. */
  readonly begin: DomainEvent;
  /** By the names of what comes later; those that are missing may happen at any time. */
  readonly outside?: Readonly<Record<string, Outside>>;
  /** What of events' data is neither the key, an item's field nor in `where`. */
  data?(type: string): object;
};

/** What a participant or somebody else has told. */
export type Emitted = {
  readonly stream: string;
  readonly event: DomainEvent;
};

const known = new WeakMap<Saga["definition"], Map<string, Part | undefined>>();

/** The step of that name; undefined: the definition has none. */
export function partOf({ definition }: Saga, name: string): Part | undefined {
  const parts = known.get(definition) ?? new Map<string, Part | undefined>();
  known.set(definition, parts);
  if (!parts.has(name)) parts.set(name, partNamed(definition, name));
  return parts.get(name);
}

function partNamed(definition: Saga["definition"], name: string): Part | undefined {
  const [base = "", ...rest] = definition.templates.has(name) ? [name] : name.split(":");
  const found = definition.templates.get(base);
  if (!found) return undefined;
  const value = rest.join(":");
  const undone = undoneBy(definition.templates, base);
  const field = found.part?.each?.by;
  return {
    name,
    template: found.step,
    unit: undone === undefined ? name : value === "" ? undone : `${undone}:${value}`,
    isUndo: undone !== undefined,
    ...(field !== undefined && { item: { field, value } }),
  };
}

/** The event by which a step is done or refused. */
export function eventOf(stage: Stage, part: Part, outcome: "done" | "refused"): Emitted {
  const [ref] = part.template[outcome];
  if (!ref) throw new Error(`Cannot tell that "${part.name}" is ${outcome}: no event says so`);
  return emitted(stage, ref, part.item);
}

/** The event that calls the instance off; undefined: there is none. */
export function cancellationOf(stage: Stage): Emitted | undefined {
  const role = rolesOf(stage).find(({ type }) => type === "cancel");
  return role && emitted(stage, role.ref);
}

/** The events after which nothing is left to do. */
export function endingsOf(stage: Stage): readonly Emitted[] {
  return rolesOf(stage).flatMap(({ type, ref }) => type === "end" ? [emitted(stage, ref)] : []);
}

/** The event that is called so in the definition. */
export function laterOf(stage: Stage, name: string): Emitted {
  const role = rolesOf(stage).find((role) => role.type === "later" && role.name === name);
  if (!role) throw new Error(`Cannot tell of "${name}": nothing follows from it`);
  return emitted(stage, role.ref);
}

/** The steps that an event completes or refuses, by whoever it was told. */
export function meantBy(
  { saga }: Stage,
  { event: { type, data } }: Emitted,
): readonly { readonly name: string; readonly outcome: "done" | "refused" }[] {
  const fields = data as Readonly<Record<string, unknown>>;
  return (saga.definition.roles.get(type) ?? []).flatMap((role) => {
    if (role.type !== "done" && role.type !== "refused") return [];
    const where = Object.entries(role.ref.where as Readonly<Record<string, unknown>>);
    if (!where.every(([field, value]) => fields[field] === value)) return [];
    const { name } = role.step;
    const item = role.by === undefined ? "" : `:${String(fields[role.by])}`;
    return [{ name: `${name}${item}`, outcome: role.type }];
  });
}

function rolesOf({ saga }: Stage) {
  return [...saga.definition.roles.values()].flat();
}

function undoneBy(templates: Templates, undo: string): string | undefined {
  return [...templates.values()].find(({ step }) => step.undo?.name === undo)?.step.name;
}

function emitted(
  { saga, begin, data }: Stage,
  { schemas: { category }, type, where }: Template["done"][number],
  item?: Part["item"],
): Emitted {
  const { key } = saga.definition;
  const id = (begin.data as Readonly<Record<string, unknown>>)[key];
  return {
    stream: item ? `${category} ${item.value}` : category,
    event: {
      type,
      data: {
        ...{ reason: "so it is", ...data?.(type), [key]: id },
        ...(item && { [item.field]: item.value }),
        ...(where as object),
      },
    },
  };
}
