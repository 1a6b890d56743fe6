import fc from "fast-check";

// deno-lint-ignore no-explicit-any -- a schema is JSON, and is looked at as such
type Schema = any;

/** Words that mean something where values are asked for: by the name of a field or a parameter. */
export type KnownWords = Readonly<Record<string, readonly string[]>>;

/** Of five values, so many are known words where there are any. */
const knownShare = 4;

/** Values that a JSON Schema takes, at the edges of what it takes as well. */
export function schemaValues(
  schema: Schema,
  { words, name = "" }: { readonly words: KnownWords; readonly name?: string },
): fc.Arbitrary<unknown> {
  const known = Object.hasOwn(words, name) ? words[name]! : [];
  const made = ofStructure(schema, words);
  return known.length === 0 ? made : fc.oneof(
    { weight: knownShare, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: made },
  );
}

function ofStructure(schema: Schema, words: KnownWords): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.anyOf) {
    return fc.oneof(...schema.anyOf.map((one: Schema) => ofStructure(one, words)));
  }
  switch (schema.type) {
    case "string":
      return ofText(schema);
    case "integer":
      return ofWholeNumbers(schema);
    case "boolean":
      return fc.boolean();
    case "array": {
      const { minItems: minLength = 0, maxItems = minLength + 5 } = schema;
      const maxLength = Math.min(maxItems, minLength + 5);
      return fc.array(schemaValues(schema.items, { words }), { minLength, maxLength });
    }
    case "object":
      return ofObjects(schema, words);
  }
  throw new TypeError(`Cannot make values of ${JSON.stringify(schema)}: add it here`);
}

function ofText({ pattern, format, minLength = 0, maxLength = 100 }: Schema) {
  if (format === "date") {
    const [min, max] = [new Date("2025-01-01"), new Date("2027-12-31")];
    return fc.date({ min, max, noInvalidDate: true }).map((date) =>
      date.toISOString().slice(0, 10)
    );
  }
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  // A character for people is up to three code points here
  const most = Math.max(minLength, Math.ceil(maxLength / 3));
  return fc.string({ unit: "grapheme", minLength, maxLength: Math.min(most, 300) })
    // What is trimmed away does not count
    .map((text) => text.trim().padEnd(minLength, "x"));
}

function ofWholeNumbers(
  { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema,
) {
  const edges = fc.constantFrom(minimum, maximum);
  const small = fc.integer({ min: minimum, max: Math.min(maximum, minimum + 1_000) });
  const any = fc.integer({ min: minimum, max: maximum });
  return fc.oneof({ weight: 1, arbitrary: edges }, { weight: 6, arbitrary: small }, {
    weight: 1,
    arbitrary: any,
  });
}

function ofObjects({ properties = {}, required = [] }: Schema, words: KnownWords) {
  return fc.record(
    Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [
        name,
        schemaValues(schema, { words, name }),
      ]),
    ),
    { requiredKeys: required },
  );
}
