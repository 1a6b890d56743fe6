import type { FC } from "hono/jsx";

// deno-lint-ignore no-explicit-any -- a schema is JSON, and is looked at as such
type Schema = any;

/** What a schema says, for people: its fields each on a line, and theirs within. */
export const SchemaPart: FC<{ readonly schema: Schema }> = ({ schema }) => {
  const inner = schema.type === "array" ? schema.items ?? {} : schema;
  const fields = Object.entries<Schema>(inner.properties ?? {});
  const required: readonly string[] = inner.required ?? [];
  return (
    <>
      <Kind schema={schema} />
      {fields.length > 0 && (
        <ul class="fields">
          {fields.map(([name, field]) => (
            <li>
              <code>{name}</code>
              {required.includes(name) ? "" : <span class="less">may be missing</span>}{" "}
              <SchemaPart schema={field} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
};

const Kind: FC<{ readonly schema: Schema }> = ({ schema }) => {
  if (schema.$ref) {
    const name = schema.$ref.split("/").at(-1);
    return <a href={`#schema-${name}`}>{name}</a>;
  }
  if (schema.anyOf) {
    return (
      <>
        {schema.anyOf.map((one: Schema, index: number) => (
          <>
            {index > 0 && " or "}
            <SchemaPart schema={one} />
          </>
        ))}
      </>
    );
  }
  return (
    <>
      <span class="kind">{kindOf(schema)}</span>
      {schema.type === "array" && schema.items && !schema.items.properties && (
        <>
          {" of "}
          <Kind schema={schema.items} />
        </>
      )}
      {limitsOf(schema).map((limit) => <span class="less">{` ${limit}`}</span>)}
    </>
  );
};

function kindOf({ type, enum: values, const: only }: Schema): string {
  if (values) return values.map((value: unknown) => JSON.stringify(value)).join(" | ");
  if (only !== undefined) return JSON.stringify(only);
  return [type ?? "anything"].flat().join(" or ");
}

/** A pattern of a screen's length says nothing to people. */
const longestPattern = 60;

function limitsOf(schema: Schema): readonly string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, format, pattern } = schema;
  const isKnown = pattern !== undefined && pattern.length <= longestPattern;
  return [
    format,
    range([minimum, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum]),
    range([minLength, maxLength], "characters"),
    range([minItems, maxItems], "items"),
    isKnown ? pattern : undefined,
    schema.default === undefined ? undefined : `default ${JSON.stringify(schema.default)}`,
    ...(schema["x-rules"] ?? []),
  ].filter((limit) => limit !== undefined);
}

function range(
  [least, most]: readonly [least: number | undefined, most: number | undefined],
  what = "",
): string | undefined {
  if (least === undefined && most === undefined) return undefined;
  const text = most === undefined ? `from ${least}` : `${least ?? 0} to ${most}`;
  return `${text} ${what}`.trim();
}
