import type { describe } from "@headwater/http";

// deno-lint-ignore no-explicit-any -- a document is JSON, and is looked at as such
type Json = any;

/** A parameter of the path, the query or the head, as a document has it. */
export type Parameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: describe.JsonSchema;
};

/** What a document says of an answer with one status. */
export type DescribedAnswer = {
  /** In lower case. */
  readonly headers: readonly string[];
  /** By media type. */
  readonly content: Readonly<Record<string, describe.JsonSchema>>;
  /** Of problems; undefined: it is none. */
  readonly codes?: readonly string[];
  /** Of each event in a stream. */
  readonly eventData?: describe.JsonSchema;
};

/** What a document says of a request and its answers, with what it refers to but the schemas. */
export type DescribedOperation = {
  readonly name: string;
  readonly method: string;
  /** With `{parameters}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: describe.JsonSchema | undefined;
  readonly answers: Readonly<Record<string, DescribedAnswer>>;
  /** In what words it refuses what no schema can say. */
  readonly rules: readonly string[];
};

/** The operations of a document, as one who has nothing else reads them. */
export function describedOperations(document: describe.OpenApi): readonly DescribedOperation[] {
  function resolved(given: Json): Json {
    if (given.$ref === undefined) return given;
    const [, , group, name] = given.$ref.split("/");
    return document.components[group]?.[name];
  }

  return Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod).map(([method, said]: [string, Json]) => {
      const parameters: readonly Parameter[] = (said.parameters ?? []).map(resolved);
      const body = said.requestBody?.content["application/json"].schema;
      return {
        name: said.operationId,
        method: method.toUpperCase(),
        path,
        parameters,
        body,
        answers: Object.fromEntries(
          Object.entries<Json>(said.responses).map(([status, answer]) => [
            status,
            describedAnswer(resolved(answer)),
          ]),
        ),
        rules: rulesIn([{ "x-rules": said["x-rules"] ?? [] }, parameters, body]),
      };
    })
  );
}

function describedAnswer({ headers = {}, content = {}, ...rest }: Json): DescribedAnswer {
  const media: [string, Json][] = Object.entries(content);
  const eventData = content["text/event-stream"]?.["x-event-data"];
  return {
    headers: Object.keys(headers).map((name) => name.toLowerCase()),
    content: Object.fromEntries(media.map(([type, { schema }]) => [type, schema])),
    ...(rest["x-codes"] && { codes: rest["x-codes"] }),
    ...(eventData && { eventData }),
  };
}

/** Of all schemas within. */
function rulesIn(within: Json): readonly string[] {
  if (typeof within !== "object" || within === null) return [];
  return Object.entries<Json>(within).flatMap(([name, value]) =>
    name === "x-rules" ? value : rulesIn(value)
  );
}
