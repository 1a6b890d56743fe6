export type {
  DescribedReading,
  DescribedRoute,
  RouteDescription,
} from "./openapi/described_route.ts";
export { commandAnswerSchema, pageSchema } from "./openapi/answer_schemas.ts";
export { type AsyncApi, asyncApi, type DescribedChannel } from "./openapi/async_api.ts";
export { type ApiClient, apiClient } from "./openapi/api_client.ts";
export { ApiProblem } from "./openapi/api_problem.ts";
export { breakingChanges } from "./openapi/breaking_changes.ts";
export { breakingEvents } from "./openapi/breaking_events.ts";
export type { JsonSchema } from "./openapi/json_schema.ts";
export { type OpenApi, openApi } from "./openapi/open_api.ts";
export { addDocs } from "./docs/docs_page.tsx";
export { addDescription } from "./description_page.ts";
export { declaredRoutes } from "./public_routes.ts";
