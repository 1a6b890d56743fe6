import type { describe } from "@headwater/http";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import type { ApiRequest } from "./api_requests.ts";
import type { DescribedAnswer, DescribedOperation } from "./described_operations.ts";

/** An answer as it came. */
export type ApiAnswer = {
  readonly status: number;
  readonly headers: Headers;
  /** Of an answer that goes on: what came of it first. */
  readonly text: string;
};

/** What is told in a header of an answer, where the description says so, and nowhere else. */
const toldHeaders = ["etag", "location", "x-position", "x-read-model-parked", "x-complete"];

/** Codes of requests that nobody has a route for. */
const elsewhereCodes = ["route-unknown", "method-not-allowed", "method-unknown", "bad-input"];

/** Holds answers against a document: gives what is not as it says; undefined: all is. */
export function answerJudge(
  document: describe.OpenApi,
): (request: ApiRequest, answer: ApiAnswer) => string | undefined {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  ajv.addFormat("date", /^\d{4}-\d\d-\d\d$/);
  const components = closed({ components: document.components });
  const known = new Map<unknown, ValidateFunction>();

  function misfit(value: unknown, schema: describe.JsonSchema): string | undefined {
    const validate = known.get(schema) ?? ajv.compile({ ...components, ...closed(schema) });
    known.set(schema, validate);
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  }

  function problemOf({ text, headers }: ApiAnswer): { code: string; errors?: Issue[] } | string {
    if (mediaTypeOf(headers) !== "application/problem+json") return "it is no problem document";
    const problem = JSON.parse(text);
    return misfit(problem, { $ref: "#/components/schemas/Problem" }) ?? problem;
  }

  function elsewhere(answer: ApiAnswer): string | undefined {
    if (answer.status < 400) return undefined;
    const problem = problemOf(answer);
    if (typeof problem === "string") return problem;
    const isKnown = elsewhereCodes.includes(problem.code) || problem.code.endsWith("-foreign");
    return isKnown ? undefined : `nobody said that there is a code "${problem.code}"`;
  }

  function refusal(
    { kind, operation }: ApiRequest & { readonly operation: DescribedOperation },
    { said, answer }: { readonly said: DescribedAnswer; readonly answer: ApiAnswer },
  ): string | undefined {
    const problem = problemOf(answer);
    if (typeof problem === "string") return problem;
    if (!said.codes?.includes(problem.code)) return `its code "${problem.code}" is not described`;
    const isExplained = problem.errors?.every(({ message }) => operation.rules.includes(message));
    if (kind !== "valid" || isFine(answer.status) || isExplained) return undefined;
    return "the request is as described, and refused all the same";
  }

  function success(said: DescribedAnswer, { headers, text }: ApiAnswer): string | undefined {
    const type = mediaTypeOf(headers);
    const schema = said.content[type];
    if (!schema) return `its type "${type}" is not described`;
    if (type === "text/event-stream") return eventsIn(text).map(eventMisfit).find(Boolean);
    return misfit(type.endsWith("json") ? JSON.parse(text) : text, schema);

    function eventMisfit(data: unknown): string | undefined {
      return said.eventData && misfit(data, said.eventData);
    }
  }

  return (request, answer) => {
    const { operation } = request;
    const { status, headers } = answer;
    if (status === 500) return "it is a bug of ours";
    if (!headers.has("X-Correlation-Id")) return "it has no correlation id";
    if (!operation) return elsewhere(answer);
    const said = operation.answers[String(status)];
    if (!said) return `its status ${status} is not described`;
    const more = toldHeaders.find((name) => headers.has(name) && !said.headers.includes(name));
    if (more !== undefined) return `its header "${more}" is not described`;
    if (status === 503 && !headers.has("Retry-After")) return "it has no Retry-After";
    if (status === 202 && !(headers.has("ETag") && headers.has("X-Position"))) {
      return "it has no ETag, or no X-Position";
    }
    if (status === 304) return answer.text === "" ? undefined : "it has a body";
    return status < 400 || !said.codes
      ? success(said, answer)
      : refusal({ ...request, operation }, { said, answer });
  };
}

type Issue = { readonly path: string; readonly message: string };

/** What a request as described may be answered with: rules say no, others were there first, nobody waits so long. */
function isFine(status: number): boolean {
  return [404, 409, 412, 422, 429, 503, 504].includes(status);
}

function mediaTypeOf(headers: Headers): string {
  return (headers.get("Content-Type") ?? "").split(";")[0]!.trim();
}

/** Data of the events that came as a whole. */
function eventsIn(text: string): readonly unknown[] {
  return text.split("\n\n").slice(0, -1)
    .flatMap((frame) => frame.split("\n").filter((line) => line.startsWith("data: ")))
    .map((line) => JSON.parse(line.slice("data: ".length)));
}

/** Descriptions let answers have more fields one day; today they have none that nobody describes. */
function closed<Schema>(schema: Schema): Schema {
  if (typeof schema !== "object" || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(closed) as Schema;
  const within = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, closed(value)]),
  );
  const isObject = "properties" in within && within.type === "object";
  return { ...(isObject && { additionalProperties: false }), ...within } as Schema;
}
