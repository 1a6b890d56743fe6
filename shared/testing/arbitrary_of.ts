import fc from "fast-check";
import { z } from "zod";

/**
 * Values that the schema takes, at the edges of what it takes as well. Knows what contracts are made of: objects,
 * arrays, strings, whole numbers, booleans, enums, and what is optional.
 */
export function arbitraryOf<Schema extends z.ZodType>(
  schema: Schema,
): fc.Arbitrary<z.output<Schema>> {
  // What a refinement excludes is not in the schema's structure: it is left out, and trimmed text is trimmed.
  return structureOf(schema)
    .map((value) => schema.safeParse(value))
    .filter(({ success }) => success)
    .map(({ data }) => data as z.output<Schema>);
}

function structureOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.ZodType>> = schema.shape;
    const keys = Object.keys(shape);
    return fc.record(
      Object.fromEntries(keys.map((key) => [key, valueOf(shape[key]!)])),
      { requiredKeys: keys.filter((key) => !(shape[key] instanceof z.ZodOptional)) },
    );
  }
  if (schema instanceof z.ZodArray) {
    const minLength = checksOf(schema).find(({ minimum }) => minimum !== undefined)?.minimum ?? 0;
    // Long enough to be more than one.
    const constraints = { minLength, maxLength: minLength + 5 };
    return fc.array(arbitraryOf(schema.element as z.ZodType), constraints);
  }
  if (schema instanceof z.ZodString) return text(schema);
  if (schema instanceof z.ZodNumber) {
    const min = Math.max(Number.MIN_SAFE_INTEGER, schema.minValue ?? -Infinity);
    const max = Math.min(Number.MAX_SAFE_INTEGER, schema.maxValue ?? Infinity);
    return fc.integer({ min, max });
  }
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  throw new TypeError(`Cannot make values of a "${schema._zod.def.type}": add it here`);
}

function valueOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  return arbitraryOf(schema instanceof z.ZodOptional ? schema.unwrap() as z.ZodType : schema);
}

function text(schema: z.ZodString): fc.Arbitrary<string> {
  const pattern = checksOf(schema).find((check) => check.pattern)?.pattern;
  if (pattern) return fc.stringMatching(pattern);
  // Counted in graphemes here and in code points there.
  const maxLength = Math.ceil((schema.maxLength ?? 100) / 3);
  return fc.string({ unit: "grapheme", minLength: schema.minLength ?? 0, maxLength });
}

type CheckParts = { readonly minimum?: number; readonly pattern?: RegExp };

/** What the schema's checks are made of; not every check has every part. */
function checksOf({ def }: z.ZodType): readonly CheckParts[] {
  return (def.checks ?? []).map((check): z.core.$ZodCheckDef & CheckParts => check._zod.def);
}
