import { z } from "zod";
import type { DescribedRoute } from "./described_route.ts";
import { type AnswerHeader, told } from "./header_fields.ts";
import type { JsonSchema } from "./json_schema.ts";
import { type RouteOwner, usualRoles } from "./owned.ts";
import { statusOfRefusal } from "./refusal_status.ts";

/**
 * Who answers: the gateway, or a service that the gateway and others ask.
 * @internal
 */
export type Answering = "gateway" | "service";

/** RFC 9457, as every answer but a success is. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  /** What clients decide by. */
  code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  correlationId: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** Of what comes too late or finds no place: which limit it was. */
  limit: z.string().optional(),
}).meta({ id: "Problem" });

/** What each status means, for people. */
const statusWords: Readonly<Record<number, string>> = {
  400: "The request does not fit: `errors` says where",
  401: "Nobody knows who asks",
  403: "It is not for whoever asks",
  404: "There is no such thing",
  408: "The body took too long to come",
  409: "A rule says no, or others kept changing the same thing",
  412: "What `If-Match` says is not so any more",
  413: "The body is too large",
  415: "The body is no JSON",
  421: "Asked for under a foreign name",
  422: "The `Idempotency-Key` was used for another request",
  429: "Too many requests: `Retry-After` says when to come again",
  500: "A bug: the correlation id leads to it in the log",
  502: "Something behind has answered what cannot be passed on",
  503: "It is not there, behind, or has too much to do: `Retry-After` says when to come again",
  504: "It took longer than the request allows",
};

/** By status: the codes of problems with which a route may answer. Of what goes wrong on our side they are those known. */
export function problemAnswers(
  { method, declared, reads }: DescribedRoute,
  at: Answering,
): ReadonlyMap<number, readonly string[]> {
  const { body, refusals = [], rate, roles = usualRoles, owner } = declared;
  const isCommand = method !== "GET";
  const isForAll = roles.includes("public");
  const answers: [status: number, codes: readonly string[]][] = [
    [400, ["bad-input"]],
    ...(at === "gateway" ? ofGateway : []),
    ...(isForAll && !isCommand ? [] : ofTokens),
    ...(isForAll ? [] : ofRoles),
    ...(owner ? [ofOwner(owner)] : []),
    ...(isCommand ? ofWrites : []),
    ...(body ? [[415, ["media-type-unsupported"]] as [number, string[]]] : []),
    ...(isCommand ? ofCommands : []),
    ...refusals.map((code): [number, string[]] => [statusOfRefusal(code), [code]]),
    ...(rate ? [[429, ["rate-limit-exceeded"]] as [number, string[]]] : []),
    [500, ["internal-error"]],
    [503, isCommand ? ["event-store-unavailable"] : ["database-unavailable"]],
    ...(reads ? ofReadings : []),
    ...(declared.events ? [[503, ["feeds-full"]] as [number, string[]]] : []),
    [504, ["deadline-exceeded"]],
  ];
  const byStatus = Map.groupBy(answers, ([status]) => status);
  return new Map(
    [...byStatus].toSorted(([one], [other]) => one - other)
      .map(([status, found]) => [status, [...new Set(found.flatMap(([, codes]) => codes))]]),
  );
}

const ofGateway: [number, readonly string[]][] = [
  [403, ["origin-foreign"]],
  [421, ["host-foreign"]],
  [502, ["service-answer-lost", "answer-too-large"]],
  [503, ["overloaded", "circuit-open", "service-unavailable"]],
];
const ofTokens: [number, readonly string[]][] = [
  [401, ["token-wrong"]],
  [503, ["identity-unavailable"]],
];
const ofRoles: [number, readonly string[]][] = [
  [401, ["token-missing"]],
  [403, ["role-missing"]],
];
/** A body is read also where nobody asked for one. */
const ofWrites: [number, readonly string[]][] = [
  [408, ["body-too-slow"]],
  [413, ["body-too-large"]],
];
const ofCommands: [number, readonly string[]][] = [
  [409, ["revision-conflict"]],
  [412, ["revision-stale"]],
  [422, ["idempotency-key-reused"]],
];
const ofReadings: [number, readonly string[]][] = [
  [503, [
    "read-model-behind",
    "read-model-unavailable",
    "read-model-rebuilding",
    "read-model-outdated",
  ]],
];

/** What customers are told of what is another's. */
function ofOwner(owner: RouteOwner): [status: number, codes: readonly string[]] {
  if ("param" in owner) return [404, [`${owner.of}-unknown`]];
  return "query" in owner ? [404, ["customer-unknown"]] : [403, ["customer-foreign"]];
}

/** Answers that several operations give alike, by name. */
export type Responses = Map<string, JsonSchema>;

/** A problem as an operation's answer; one of a single code stands in the document once. */
export function problemResponse(
  [status, codes]: readonly [status: number, codes: readonly string[]],
  responses: Responses,
): JsonSchema {
  const response = {
    description: statusWords[status] ?? "A problem",
    headers: told("X-Correlation-Id", ...headersOfProblem[status] ?? []),
    content: {
      "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
    },
    "x-codes": codes,
  };
  const [code, ...more] = codes;
  if (code === undefined || more.length > 0) return response;
  const name = code.replace(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
  responses.set(name, response);
  return { $ref: `#/components/responses/${name}` };
}

const headersOfReadings: readonly AnswerHeader[] = ["X-Position", "Warning", "X-Read-Model-Parked"];
const headersOfProblem: Readonly<Record<number, readonly AnswerHeader[]>> = {
  // Also that there is no such thing was read somewhere
  400: headersOfReadings,
  404: headersOfReadings,
  401: ["WWW-Authenticate"],
  415: ["Accept"],
  429: ["Retry-After", "RateLimit", "RateLimit-Policy"],
  503: ["Retry-After"],
};
