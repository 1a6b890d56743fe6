import { usualRoles } from "./owned.ts";
import type { DescribedRoute } from "./described_route.ts";
import { sent, told } from "./header_fields.ts";
import { type JsonSchema, jsonSchema, type NamedSchemas } from "./json_schema.ts";
import {
  type Answering,
  problemAnswers,
  problemResponse,
  type Responses,
} from "./problem_answers.ts";

/**
 * What a document has in common for its operations.
 * @internal
 */
type Given = {
  readonly at: Answering;
  readonly named: NamedSchemas;
  readonly responses: Responses;
};

/** What OpenAPI says of a route. What is no GET is taken for a command, as `acceptCommand` takes and `commandAnswer` answers it. */
export function operation(
  route: DescribedRoute,
  given: Given,
): JsonSchema {
  const { service, declared } = route;
  const { named } = given;
  const { summary, body, priority, roles, rate, example, owner } = declared;
  return {
    operationId: operationIdOf(route),
    tags: [service],
    ...(summary !== undefined && { summary }),
    parameters: parametersOf(route, given),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          "application/json": {
            schema: jsonSchema(body, { io: "input", named }),
            ...(example?.body !== undefined && { example: example.body }),
          },
        },
      },
    }),
    responses: responsesOf(route, given),
    ...(declared.query && rulesOf(jsonSchema(declared.query, { io: "input", named }))),
    ...(priority !== undefined && priority !== "normal" && { "x-priority": priority }),
    ...security(roles),
    "x-roles": roles ?? usualRoles,
    ...(owner && { "x-owner": owner }),
    ...(rate && { "x-rate": rate }),
  };
}

/** Whoever may be anybody need not say who it is. */
function security(roles: readonly string[] = usualRoles): JsonSchema {
  return { security: [...(roles.includes("public") ? [{}] : []), { token: [] }] };
}

/** `/orders/:id` is `/orders/{id}` there. */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, "{$1}");
}

function operationIdOf({ method, path, declared }: DescribedRoute): string {
  if (declared.operation !== undefined) return declared.operation;
  const words = [method.toLowerCase(), ...path.match(/\w+/g) ?? []];
  return words.map((word, index) => index === 0 ? word : word[0]!.toUpperCase() + word.slice(1))
    .join("");
}

function parametersOf(
  route: DescribedRoute,
  { at, named }: Given,
): readonly JsonSchema[] {
  const { method, path, declared, reads } = route;
  const { params = {}, query } = declared;
  const inPath = (path.match(/:\w+/g) ?? []).map((part): JsonSchema => {
    const name = part.slice(1);
    const schema = params[name];
    return {
      name,
      in: "path",
      required: true,
      schema: schema ? jsonSchema(schema, { io: "input", named }) : { type: "string" },
    };
  });
  return [
    ...inPath,
    ...(query ? queryParameters(jsonSchema(query, { io: "input", named })) : []),
    ...sent("CorrelationId", "RequestTimeout"),
    ...(method === "GET" ? [] : sent("IdempotencyKey", "IfMatch")),
    ...(reads ? sent("MinPosition", "Prefer") : []),
    ...(reads?.resumes ? sent("LastEventId") : []),
    ...(isTagged(route, at) ? sent("IfNoneMatch") : []),
  ];
}

function queryParameters({ properties = {}, required = [] }: JsonSchema): readonly JsonSchema[] {
  const names: readonly unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties as Readonly<Record<string, JsonSchema>>)
    .map(([name, schema]) => ({
      name,
      in: "query",
      ...(names.includes(name) && { required: true }),
      schema,
    }));
}

/** What is refined of the query as a whole belongs to no parameter. */
function rulesOf({ "x-rules": rules }: JsonSchema): JsonSchema {
  return rules === undefined ? {} : { "x-rules": rules };
}

function responsesOf(route: DescribedRoute, { at, named, responses }: Given): JsonSchema {
  const { method, declared, reads } = route;
  const isCommand = method !== "GET";
  const isKept = isTagged(route, at);
  const headers = {
    ...told("X-Correlation-Id"),
    ...(isCommand ? told("ETag", "X-Position", "Location") : {}),
    ...(isKept ? told("ETag") : {}),
    ...(reads ? told("X-Position", "Warning") : {}),
    ...(route.isPage ? told("X-Complete") : {}),
    ...(reads?.tellsParked ? told("X-Read-Model-Parked") : {}),
    ...(declared.rate && at === "gateway" ? told("RateLimit", "RateLimit-Policy") : {}),
  };
  const problems = Array.from(
    problemAnswers(route, at),
    (answer) => [answer[0], problemResponse(answer, responses)],
  );
  return {
    [isCommand ? 202 : 200]: {
      description: isCommand
        ? "Done for good; read models and other services follow"
        : "What was asked for",
      headers,
      ...contentOf(route, named),
    },
    ...(isKept && { 304: { description: "As in `If-None-Match`", headers } }),
    ...Object.fromEntries(problems),
  };
}

/** The gateway tells answers that it puts together or keeps from others. */
function isTagged({ isPage, declared }: DescribedRoute, at: Answering): boolean {
  return at === "gateway" && (isPage === true || declared.cache !== undefined);
}

function contentOf({ declared }: DescribedRoute, named: NamedSchemas): JsonSchema {
  const { answer, events, example } = declared;
  if (events) {
    return {
      content: {
        "text/event-stream": {
          schema: { type: "string" },
          // OpenAPI 3.1 has no words for what is in a stream
          "x-event-data": jsonSchema(events, { io: "output", named }),
        },
      },
    };
  }
  if (!answer) return { content: { "application/json": { schema: {} } } };
  return {
    content: {
      "application/json": {
        schema: jsonSchema(answer, { io: "output", named }),
        ...(example?.answer !== undefined && { example: example.answer }),
      },
    },
  };
}
