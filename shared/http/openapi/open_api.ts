import type { DescribedRoute } from "./described_route.ts";
import { answerHeaders, requestHeaders } from "./header_fields.ts";
import { type JsonSchema, jsonSchema, type NamedSchemas } from "./json_schema.ts";
import { operation, templateOf } from "./operation.ts";
import { type Answering, problemSchema, type Responses } from "./problem_answers.ts";
import { toolPaths } from "./tool_paths.ts";

/** A description of an API, as JSON: OpenAPI 3.1. */
export type OpenApi = {
  readonly openapi: "3.1.1";
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  /** By template and lower-case method. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>;
  readonly components: Readonly<Record<string, JsonSchema>>;
};

/**
 * Describes routes as they are declared: by the schemas that check what comes, and what was said of what goes.
 *
 * Errors: two operations or two schemas of one name.
 */
export function openApi(
  { title, version, routes, at }: {
    readonly title: string;
    readonly version: string;
    readonly routes: readonly DescribedRoute[];
    /** Who answers. */
    readonly at: Answering;
  },
): OpenApi {
  const named: NamedSchemas = new Map();
  const responses: Responses = new Map();
  jsonSchema(problemSchema, { io: "output", named });
  const paths: Record<string, Record<string, JsonSchema>> = {};
  const known = new Map<unknown, string>();
  for (const route of routes) {
    const described = operation(route, { at, named, responses });
    const name = `${route.method} ${route.path}`;
    const other = known.get(described.operationId);
    if (other !== undefined) {
      throw new Error(`Cannot describe ${name} as "${described.operationId}": so is ${other}`);
    }
    known.set(described.operationId, name);
    (paths[templateOf(route.path)] ??= {})[route.method.toLowerCase()] = described;
  }
  return {
    openapi: "3.1.1",
    info: { title, version },
    tags: [...new Set(routes.map(({ service }) => service)), "health"].map((name) => ({ name })),
    paths: { ...paths, ...toolPaths(at) },
    components: {
      schemas: sorted(named),
      responses: sorted(responses),
      parameters: requestHeaders,
      headers: answerHeaders,
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "Of the issuer that the application is configured with; without one, who reaches it on its own machine is an operator",
        },
      },
    },
  };
}

function sorted(named: ReadonlyMap<string, JsonSchema>): JsonSchema {
  return Object.fromEntries([...named].toSorted(([one], [other]) => one < other ? -1 : 1));
}
