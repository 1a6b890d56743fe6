import type { z } from "zod";

/**
 * Tells of a value that its schema takes it and leaves it as it is. False says nothing: then the schema has to be asked,
 * which also says what is wrong.
 *
 * @internal
 */
export type QuickCheck = (value: unknown) => boolean;

/** What is known here of zod 4's schemas and checks. */
type Definition = Readonly<Record<string, unknown>> & {
  readonly type?: string;
  readonly check?: string;
  readonly checks?: readonly Defined[];
};
type Defined = { readonly _zod: { readonly def: Definition } };

/**
 * Makes a check that takes a tenth of the schema's own time and builds nothing: for events, nearly all of which are as
 * they were written. Undefined for a schema with anything in it of which that is not certain here.
 *
 * @internal
 */
export function quickCheck(schema: z.ZodType | Defined): QuickCheck | undefined {
  const { def } = (schema as Defined)._zod;
  const base = baseCheck(def);
  const rest = (def.checks ?? []).map((each) => furtherCheck(each._zod.def));
  if (!base || !rest.every((check) => check !== undefined)) return undefined;
  return all([base, ...rest]);
}

function all(checks: readonly QuickCheck[]): QuickCheck {
  const [first, second, third, ...rest] = checks;
  if (!first) return () => true;
  if (!second) return first;
  if (!third) return (value) => first(value) && second(value);
  if (rest.length === 0) return (value) => first(value) && second(value) && third(value);
  return (value) =>
    first(value) && second(value) && third(value) && rest.every((one) => one(value));
}

function baseCheck(def: Definition): QuickCheck | undefined {
  switch (def.type) {
    case "string":
      return def.check === undefined
        ? (value) => typeof value === "string"
        : and((value) => typeof value === "string", furtherCheck(def));
    case "number":
      if (def.check === undefined) return Number.isFinite;
      return def.check === "number_format" && def.format === "safeint"
        ? Number.isSafeInteger
        : undefined;
    case "boolean":
      return (value) => typeof value === "boolean";
    case "null":
      return (value) => value === null;
    case "enum":
      return oneOf(Object.values(def.entries as Record<string, unknown>));
    case "literal":
      return oneOf(def.values as readonly unknown[]);
    case "nullable":
      return or((value) => value === null, quickCheck(def.innerType as Defined));
    case "optional":
      return or((value) => value === undefined, quickCheck(def.innerType as Defined));
    case "array":
      return arrayCheck(quickCheck(def.element as Defined));
    case "object":
      return objectCheck(def);
    default:
      return undefined;
  }
}

function and(one: QuickCheck, other: QuickCheck | undefined): QuickCheck | undefined {
  return other && ((value) => one(value) && other(value));
}

function or(one: QuickCheck, other: QuickCheck | undefined): QuickCheck | undefined {
  return other && ((value) => one(value) || other(value));
}

/** TypeScript's enums have their names among the values, backwards: those are texts of numbers, left to the schema. */
function oneOf(values: readonly unknown[]): QuickCheck | undefined {
  if (!values.every((value) => value === null || ["string", "boolean"].includes(typeof value))) {
    return undefined;
  }
  const known = new Set(values);
  return (value) => known.has(value);
}

function arrayCheck(element: QuickCheck | undefined): QuickCheck | undefined {
  return element && ((value) => Array.isArray(value) && value.every(element));
}

/** With exactly the fields of its shape: others would be left out, or refused. */
function objectCheck(def: Definition): QuickCheck | undefined {
  const catchall = (def.catchall as Defined | undefined)?._zod.def.type;
  if (catchall !== undefined && catchall !== "never") return undefined;
  const fields = Object.entries(def.shape as Readonly<Record<string, Defined>>)
    .map(([name, schema]) => ({ name, check: quickCheck(schema) }));
  const checks = fields.flatMap(({ check }) => check ?? []);
  // What every object has would be found where it is not
  if (checks.length < fields.length || fields.some(({ name }) => name in {})) return undefined;
  const names = fields.map(({ name }) => name);
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const given = value as Readonly<Record<string, unknown>>;
    let present = 0;
    for (let index = 0; index < names.length; index++) {
      const field = given[names[index]!];
      if (!checks[index]!(field)) return false;
      if (field !== undefined) present++;
    }
    for (const _name in given) present--;
    return present === 0;
  };
}

/** Patterns that are all there is to their formats. */
const patterns: readonly unknown[] = ["regex", "uuid", "guid", "datetime", "date"];

function furtherCheck(def: Definition): QuickCheck | undefined {
  switch (def.check) {
    case "string_format": {
      const { pattern } = def;
      // One that remembers where it was gives other answers
      if (!(pattern instanceof RegExp) || pattern.global || pattern.sticky) return undefined;
      return patterns.includes(def.format) ? (value) => pattern.test(value as string) : undefined;
    }
    case "min_length":
      return lengthCheck(def.minimum, (length, minimum) => length >= minimum);
    case "max_length":
      return lengthCheck(def.maximum, (length, maximum) => length <= maximum);
    case "greater_than":
      return limitCheck(def, (value, limit) => value > limit);
    case "less_than":
      return limitCheck(def, (value, limit) => value < limit);
    case "overwrite": {
      const overwrite = def.tx as (value: unknown) => unknown;
      return (value) => overwrite(value) === value;
    }
    case "custom": {
      const { fn, when } = def;
      if (typeof fn !== "function" || when !== undefined) return undefined;
      return (value) => fn(value) === true;
    }
    default:
      return undefined;
  }
}

function lengthCheck(
  limit: unknown,
  holds: (length: number, limit: number) => boolean,
): QuickCheck | undefined {
  if (typeof limit !== "number") return undefined;
  return (value) => holds((value as string | readonly unknown[]).length, limit);
}

function limitCheck(
  { value: limit, inclusive }: Definition,
  holds: (value: number, limit: number) => boolean,
): QuickCheck | undefined {
  if (typeof limit !== "number") return undefined;
  return (value) => holds(value as number, limit) || inclusive === true && value === limit;
}
