import type { JsonSchema } from "./json_schema.ts";
import type { OpenApi } from "./open_api.ts";
import { type Fitting, misfits } from "./schema_fit.ts";

// deno-lint-ignore no-explicit-any -- a document is JSON, and is looked at as such
type Json = any;

/**
 * What a client of the API as it was would miss in the API as it is, a sentence each; empty: it goes on. Requests may be
 * taken more freely, and answers may have more fields; a new value where a few were named is none that it knows.
 */
export function breakingChanges(before: OpenApi, after: OpenApi): readonly string[] {
  return Object.entries(before.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, was]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const is = after.paths[path]?.[method];
      if (!is) return [`${name} is gone`];
      const documents = { before, after };
      return [
        ...names(was, is),
        ...parameters(was, { is, ...documents }),
        ...bodies(was, { is, ...documents }),
        ...answers(was, { is, ...documents }),
      ].map((what) => `${name}: ${what}`);
    })
  );
}

type After = { readonly is: Json; readonly before: OpenApi; readonly after: OpenApi };

function names(was: Json, is: Json): readonly string[] {
  const lost = (was["x-roles"] ?? []).filter((role: string) =>
    !(is["x-roles"] ?? []).includes(role)
  );
  return [
    ...(was.operationId === is.operationId
      ? []
      : [`it is called "${is.operationId}", and was "${was.operationId}"`]),
    ...lost.map((role: string) => `it is not for "${role}" any more`),
  ];
}

function parameters(was: Json, { is, before, after }: After): readonly string[] {
  const old = parametersIn(was, before);
  const now = parametersIn(is, after);
  const fitting = fittingOf("requests", { given: before, taken: after });
  return [
    ...[...old].filter(([key]) => !now.has(key)).map(([key]) => `${key} is not taken any more`),
    ...[...now].flatMap(([key, { required, schema }]) => {
      const known = old.get(key);
      if (!known) return required ? [`${key} is required`] : [];
      return [
        ...(required && !known.required ? [`${key} is required`] : []),
        ...misfits({ given: known.schema, taken: schema, at: key }, fitting),
      ];
    }),
  ];
}

function parametersIn(said: Json, document: OpenApi): ReadonlyMap<string, Json> {
  const all: readonly Json[] = (said.parameters ?? []).map((one: Json) => resolve(one, document));
  return new Map(all.map((one) => [`${one.in} parameter "${one.name}"`, one]));
}

function bodies(was: Json, { is, before, after }: After): readonly string[] {
  const given = was.requestBody?.content["application/json"]?.schema;
  const taken = is.requestBody?.content["application/json"]?.schema;
  if (!taken) return [];
  if (!given) return ["a body is required"];
  const fitting = fittingOf("requests", { given: before, taken: after });
  return misfits({ given, taken, at: "body" }, fitting);
}

function answers(was: Json, { is, before, after }: After): readonly string[] {
  const fitting = fittingOf("answers", { given: after, taken: before });
  const successes = Object.entries<Json>(was.responses).filter(([status]) => Number(status) < 400);
  return successes.flatMap(([status, response]) => {
    const old = resolve(response, before);
    const now = is.responses[status] && resolve(is.responses[status], after);
    if (!now) return [`it is not answered with ${status} any more`];
    const lost = Object.keys(old.headers ?? {})
      .filter((name) => !Object.hasOwn(now.headers ?? {}, name));
    return [
      ...lost.map((name) => `answer ${status} has no header "${name}" any more`),
      ...Object.entries<Json>(old.content ?? {}).flatMap(([type, { schema, ...media }]) => {
        const other = now.content?.[type];
        if (!other) return [`answer ${status} is not "${type}" any more`];
        const events = media["x-event-data"] && other["x-event-data"];
        return [
          ...misfits({ given: other.schema, taken: schema, at: "answer" }, fitting),
          ...(events
            ? misfits({ given: events, taken: media["x-event-data"], at: "event" }, fitting)
            : []),
        ];
      }),
    ];
  });
}

function fittingOf(
  of: Fitting["of"],
  { given, taken }: { readonly given: OpenApi; readonly taken: OpenApi },
): Fitting {
  return {
    of,
    given: (reference) => found(reference, given),
    taken: (reference) => found(reference, taken),
  };
}

function resolve(said: Json, document: OpenApi): Json {
  return said.$ref === undefined ? said : found(said.$ref, document);
}

function found(reference: string, { components }: OpenApi): JsonSchema | undefined {
  const [, , group = "", name = ""] = reference.split("/");
  return (components[group] as Json)?.[name];
}
