import type { JsonSchema } from "./json_schema.ts";

// deno-lint-ignore no-explicit-any -- a schema is JSON, and is looked at as such
type Schema = any;

/** Two documents, in which schemas refer to others. */
export type Fitting = {
  /** Finds what a schema of what is given refers to. */
  given(reference: string): JsonSchema | undefined;
  /** Finds what a schema of what is taken refers to. */
  taken(reference: string): JsonSchema | undefined;
  /** Whose eyes see it: a field that is given no more is missed, one that is taken no more was for nothing. */
  readonly of: "answers" | "requests";
};

/**
 * Where what one schema allows is not what another one takes: each place with what is wrong there; empty: all fits. Knows
 * what zod writes; what it does not know has to be the same.
 */
export function misfits(
  { given, taken, at }: { readonly given: Schema; readonly taken: Schema; readonly at: string },
  fitting: Fitting,
): readonly string[] {
  return compare({ given, taken, at, seen: [] }, fitting);
}

type Pair = {
  readonly given: Schema;
  readonly taken: Schema;
  readonly at: string;
  /** References on the way here: a schema may be part of itself. */
  readonly seen: readonly string[];
};

function compare(pair: Pair, fitting: Fitting): readonly string[] {
  const references = `${pair.given.$ref} ${pair.taken.$ref}`;
  if (pair.given.$ref && pair.taken.$ref && pair.seen.includes(references)) return [];
  const seen = [...pair.seen, references];
  const given = resolved(pair.given, fitting.given);
  const taken = resolved(pair.taken, fitting.taken);
  const { at } = pair;
  const [ways, takers] = [alternatives(given), alternatives(taken)];
  if (ways.length > 1 || takers.length > 1) {
    return ways.flatMap((way) => {
      const found = takers.map((taker) => compare({ given: way, taken: taker, at, seen }, fitting));
      if (found.some((misfits) => misfits.length === 0)) return [];
      const [only] = takers.filter((taker) => taker.type === way.type).length === 1
        ? found.filter((_, index) => takers[index].type === way.type)
        : [];
      return only ?? [`${at} may be ${shown(way)}, which was not so`];
    });
  }
  if (isAnything(taken)) return [];
  if (isAnything(given)) return [`${at} may be anything, and was ${shown(taken)}`];
  if (taken.enum) {
    if (!given.enum) return [`${at} may be ${shown(given)}, and was ${shown(taken)}`];
    const more = given.enum.filter((value: unknown) => !taken.enum.includes(value));
    return more.map((value: unknown) =>
      `${at} may be ${JSON.stringify(value)}, which is not taken`
    );
  }
  if (given.type !== taken.type && !(given.type === "integer" && taken.type === "number")) {
    return [`${at} is ${shown(given)} where ${shown(taken)} is taken`];
  }
  const here = { given, taken, at, seen };
  return [...limits(here), ...rules(here, fitting), ...within(here, fitting)];
}

/** Keywords with a least and a most value. */
const least = ["minLength", "minimum", "exclusiveMinimum", "minItems"];
const most = ["maxLength", "maximum", "exclusiveMaximum", "maxItems"];

function limits({ given, taken, at }: Pair): readonly string[] {
  const found: string[] = [];
  for (const name of least) {
    if (taken[name] !== undefined && !((given[name] ?? -Infinity) >= taken[name])) {
      found.push(`${at} has ${name} ${given[name] ?? "none"} where ${taken[name]} is taken`);
    }
  }
  for (const name of most) {
    if (taken[name] !== undefined && !((given[name] ?? Infinity) <= taken[name])) {
      found.push(`${at} has ${name} ${given[name] ?? "none"} where ${taken[name]} is taken`);
    }
  }
  if (given.enum) {
    const isMatching = (value: unknown) => new RegExp(taken.pattern ?? "").test(String(value));
    return given.enum.every(isMatching) ? [] : [`${at} has values that ${taken.pattern} lacks`];
  }
  for (const name of ["pattern", "format", "multipleOf"]) {
    if (taken[name] !== undefined && given[name] !== taken[name]) {
      found.push(`${at} has ${name} ${given[name] ?? "none"} where ${taken[name]} is taken`);
    }
  }
  return found;
}

/** What is refused beyond what a schema says. */
function rules({ given, taken, at }: Pair, { of }: Fitting): readonly string[] {
  if (of === "answers") return [];
  const known: readonly string[] = given["x-rules"] ?? [];
  const more: readonly string[] = taken["x-rules"] ?? [];
  return more.filter((rule) => !known.includes(rule))
    .map((rule) => `${at} has a new rule: ${rule}`);
}

function within({ given, taken, at, seen }: Pair, fitting: Fitting): readonly string[] {
  if (given.type === "array") {
    const items = { given: given.items ?? {}, taken: taken.items ?? {}, at: `${at}[]`, seen };
    return compare(items, fitting);
  }
  if (given.type !== "object") return [];
  const own = given.properties ?? {};
  const known = taken.properties ?? {};
  const [always, needed] = [given.required ?? [], taken.required ?? []];
  const rest = taken.additionalProperties;
  const found = needed.filter((name: string) => !always.includes(name))
    .map((name: string) =>
      Object.hasOwn(own, name) ? `${at}.${name} may be missing` : `${at}.${name} is missing`
    );
  for (const [name, schema] of Object.entries<Schema>(own)) {
    const place = `${at}.${name}`;
    const taker = Object.hasOwn(known, name) ? known[name] : rest;
    if (taker === false) found.push(`${place} is not taken`);
    else if (typeof taker === "object") {
      found.push(...compare({ given: schema, taken: taker, at: place, seen }, fitting));
    }
  }
  if (fitting.of === "answers") {
    const gone = Object.keys(known).filter((name) =>
      !Object.hasOwn(own, name) && !needed.includes(name)
    );
    found.push(...gone.map((name) => `${at}.${name} is gone`));
  }
  if (rest === false && given.additionalProperties !== false) {
    found.push(`${at} is refused with fields that are not named, which it was not`);
  } else if (typeof rest === "object" && typeof given.additionalProperties === "object") {
    const fields = { given: given.additionalProperties, taken: rest, at: `${at}.*`, seen };
    found.push(...compare(fields, fitting));
  }
  return found;
}

function resolved(schema: Schema, find: (reference: string) => JsonSchema | undefined): Schema {
  return schema.$ref === undefined ? schema : find(schema.$ref) ?? {};
}

/** `type: ["string", "null"]` and `anyOf` as schemas of their own; references among them stay. */
function alternatives(schema: Schema): readonly Schema[] {
  if (schema.anyOf) return schema.anyOf.flatMap(alternatives);
  if (schema.const !== undefined) return [{ ...schema, const: undefined, enum: [schema.const] }];
  if (!Array.isArray(schema.type)) return [schema];
  return schema.type.map((type: string) => ({ ...schema, type }));
}

function isAnything({ type, enum: values, $ref, anyOf }: Schema): boolean {
  return (type ?? values ?? $ref ?? anyOf) === undefined;
}

function shown({ type, enum: values, $ref }: Schema): string {
  if (values) return `one of ${JSON.stringify(values)}`;
  return type ?? $ref?.split("/").at(-1) ?? "anything";
}
