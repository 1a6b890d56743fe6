import type { AsyncApi } from "./async_api.ts";
import type { JsonSchema } from "./json_schema.ts";
import { misfits } from "./schema_fit.ts";

// deno-lint-ignore no-explicit-any -- a document is JSON, and is looked at as such
type Json = any;

/**
 * What a reader of events as they were would miss in events as they are, a sentence each; empty: it goes on. Events may
 * get fields, and versions; what is stored is read for ever, so none is ever taken away.
 */
export function breakingEvents(before: AsyncApi, after: AsyncApi): readonly string[] {
  const messages: Json = after.components.messages ?? {};
  return Object.entries<Json>(before.components.messages ?? {}).flatMap(([name, was]) => {
    const is = messages[name];
    if (!is) return [`${name} is gone`];
    const [old, now] = [was["x-schema-version"], is["x-schema-version"]];
    return [
      ...(now < old ? [`${name}: it is version ${now}, and was ${old}`] : []),
      ...misfits({ given: is.payload, taken: was.payload, at: "data" }, {
        of: "answers",
        given: (reference) => found(reference, after),
        taken: (reference) => found(reference, before),
      }).map((what) => `${name}: ${what}`),
    ];
  });
}

function found(reference: string, { components }: AsyncApi): JsonSchema | undefined {
  const [, , group = "", name = ""] = reference.split("/");
  return (components[group] as Json)?.[name];
}
