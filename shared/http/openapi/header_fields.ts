import type { JsonSchema } from "./json_schema.ts";

const position: JsonSchema = { type: "string", pattern: "^(0|[1-9][0-9]{0,14})$" };

/** Headers of requests, by the name under which operations refer to them. */
export const requestHeaders = {
  CorrelationId: header("X-Correlation-Id", {
    description: "Known in logs, events and traces; the answer repeats it. Default: a new one",
    schema: { type: "string", pattern: "^[A-Za-z0-9._~:+/=-]{1,128}$" },
  }),
  RequestTimeout: header("X-Request-Timeout-Ms", {
    description: "How long the client waits, in milliseconds: nothing is done for it afterwards",
    schema: { type: "string", pattern: "^[1-9][0-9]{0,8}$" },
  }),
  IdempotencyKey: header("Idempotency-Key", {
    description:
      "The same key with the same request has one effect and one answer; with another request it is refused",
    schema: { type: "string", pattern: "^[!-~]{1,255}$" },
  }),
  IfMatch: header("If-Match", {
    description: "The `ETag` of an earlier answer: 412 where others have changed it since",
    schema: { type: "string", pattern: '^(\\*|"(0|[1-9][0-9]{0,14})")$' },
    example: '"3"',
  }),
  IfNoneMatch: header("If-None-Match", {
    description: "The `ETag` of an earlier answer: 304 where it would be the same",
    schema: { type: "string" },
  }),
  MinPosition: header("X-Min-Position", {
    description: "The `X-Position` of an earlier answer: the read model has to be as far as that",
    schema: position,
  }),
  Prefer: header("Prefer", {
    description:
      "`wait=SECONDS` to wait for `X-Min-Position` (default 2, at most 30); `stale-ok` to be answered even so",
    schema: { type: "string" },
    example: "wait=5",
  }),
  LastEventId: header("Last-Event-ID", {
    description: "The id of the last event that was seen: those after it are told",
    schema: position,
  }),
};

/** Headers of answers, by the name under which operations refer to them. */
export const answerHeaders = {
  "X-Correlation-Id": field("Of the request, or a new one", { type: "string" }),
  "X-Position": field("How far in the log the answer is", position),
  ETag: field("For `If-Match` and `If-None-Match`", { type: "string" }),
  Location: field("Where what was made is to be found", { type: "string" }),
  "X-Read-Model-Parked": field("`true`: it lacks events that the read model could not take", {
    enum: ["true"],
  }),
  Warning: field("The read model is behind `X-Min-Position`", { type: "string" }),
  "X-Complete": field("`false`: parts are missing, as `meta` says", { enum: ["false"] }),
  "Retry-After": field("Seconds until it is worth another try", {
    type: "string",
    pattern: "^[0-9]+$",
  }),
  RateLimit: field("What is left of the requests that one client may send", { type: "string" }),
  "RateLimit-Policy": field("How many requests one client may send", { type: "string" }),
  "WWW-Authenticate": field("How to say who asks", { type: "string" }),
  Accept: field("What may be sent", { type: "string" }),
};

/** @internal */
type RequestHeader = keyof typeof requestHeaders;
/** @internal */
export type AnswerHeader = keyof typeof answerHeaders;

/** As an operation's `parameters` refer to them. */
export function sent(...names: readonly RequestHeader[]): readonly JsonSchema[] {
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

/** As the `headers` of an operation's answer refer to them. */
export function told(...names: readonly AnswerHeader[]): JsonSchema {
  return Object.fromEntries(
    names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  );
}

function header(
  name: string,
  given: { readonly description: string; readonly schema: JsonSchema; readonly example?: string },
): JsonSchema {
  return { name, in: "header", ...given };
}

function field(description: string, schema: JsonSchema): JsonSchema {
  return { description, schema };
}
