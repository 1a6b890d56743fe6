import { z } from "zod";

/** JSON Schema 2020-12, as OpenAPI 3.1 and AsyncAPI 3 have it. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Schemas with a name (`.meta({ id })`), each once. */
export type NamedSchemas = Map<string, JsonSchema>;

/**
 * What a schema takes (`input`), or what it gives (`output`), as JSON Schema. What is refined beyond what JSON Schema can
 * say stands under `x-rules`, in the words with which it is refused. Answers may get more fields one day, so theirs are
 * open.
 *
 * Errors: two schemas of one name.
 */
export function jsonSchema(
  schema: z.ZodType,
  { io, named }: { readonly io: "input" | "output"; readonly named: NamedSchemas },
): JsonSchema {
  const { $schema: _, $defs = {}, ...root } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      // Formats have patterns of a screen's length
      if (jsonSchema.format?.startsWith("date")) delete jsonSchema.pattern;
      if (io === "output") return open(jsonSchema);
      const rules = rulesOf(zodSchema);
      if (rules.length > 0) Object.assign(jsonSchema, { "x-rules": rules });
    },
  });
  for (const [name, found] of Object.entries($defs)) add(named, { name, schema: renamed(found) });
  const { id: name, ...own } = root;
  const found = renamed(own);
  if (name === undefined) return found;
  add(named, { name, schema: found });
  return { $ref: `#/components/schemas/${name}` };
}

/** Without what holds for whoever gives it, and without bounds that every safe integer has. */
function open(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

function add(
  named: NamedSchemas,
  { name, schema: { id: _, ...schema } }: { readonly name: string; readonly schema: JsonSchema },
): void {
  const known = named.get(name);
  if (known && JSON.stringify(known) !== JSON.stringify(schema)) {
    throw new Error(`Cannot describe two schemas by the name "${name}"`);
  }
  named.set(name, schema);
}

/** With names as they stand in a document of several. */
function renamed(schema: unknown): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

/** What its refinements say when they refuse; one whose words depend on the value is not told. */
function rulesOf({ _zod: { def: { checks = [] } } }: z.core.$ZodType): readonly string[] {
  const messages = checks.filter(isRefinement).map(({ _zod: { def } }) =>
    def.error?.({ code: "custom", input: undefined, path: [] })
  );
  return [
    ...new Set(
      messages.map((said) => typeof said === "object" ? said?.message : said)
        .filter((said) => said !== undefined),
    ),
  ];
}

function isRefinement(check: z.core.$ZodCheck<never>): check is z.core.$ZodCheck<never> & Refined {
  return check._zod.def.check === "custom";
}

type Refined = { readonly _zod: { readonly def: z.core.$ZodCustomDef } };
