import { told } from "./header_fields.ts";
import type { JsonSchema } from "./json_schema.ts";
import type { Answering } from "./problem_answers.ts";

const status = { enum: ["pass", "warn", "fail"] };
/** draft-inadarei-api-health-check. */
const report: JsonSchema = {
  type: "object",
  properties: {
    status,
    serviceId: { type: "string" },
    checks: {
      type: "object",
      additionalProperties: {
        type: "array",
        items: {
          type: "object",
          properties: { status, time: { type: "string", format: "date-time" } },
          required: ["status", "time"],
        },
      },
    },
  },
  required: ["status", "checks", "serviceId"],
};

/** What probes, Prometheus and tools ask for. */
export function toolPaths(at: Answering): Readonly<Record<string, Record<string, JsonSchema>>> {
  return {
    ...health("live", "Whether the process turns"),
    ...health("ready", "Whether it takes requests"),
    ...health("startup", "Whether all that it needs was there once"),
    ...(at === "gateway" && {
      "/metrics": {
        get: page("getMetrics", {
          summary: "The numbers of this process",
          mediaType: "text/plain",
        }),
      },
      "/openapi.json": {
        get: page("getOpenApi", { summary: "This description", mediaType: "application/json" }),
      },
    }),
  };
}

function health(name: string, summary: string): Record<string, Record<string, JsonSchema>> {
  const content = { "application/health+json": { schema: report } };
  return {
    [`/health/${name}`]: {
      get: {
        operationId: `getHealth${name[0]!.toUpperCase()}${name.slice(1)}`,
        tags: ["health"],
        summary,
        responses: {
          200: { description: "It is so", headers: told("X-Correlation-Id"), content },
          503: {
            description: "It is not",
            headers: told("X-Correlation-Id", "Retry-After"),
            content,
          },
        },
      },
    },
  };
}

function page(
  operationId: string,
  { summary, mediaType }: { readonly summary: string; readonly mediaType: string },
): JsonSchema {
  return {
    operationId,
    tags: ["health"],
    summary,
    responses: {
      200: { description: "The page", content: { [mediaType]: { schema: {} } } },
    },
  };
}
