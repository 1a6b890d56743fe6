export type { Admission } from "./admission.ts";
export { commandAnswer, idempotencyKey } from "./command_answer.ts";
export { commandEndpoint } from "./command_endpoint.ts";
export {
  type CommandHandler,
  commandHandler,
  type CommandHandlers,
  commandsOf,
} from "./command_handlers.ts";
export { declare, type RouteDeclaration } from "./declare.ts";
/** What an API is, as OpenAPI, made of what routes declare. */
export * as describe from "./describe.ts";
/** For whoever stands before services: what is passed on, who asks, and what has changed. */
export * as edge from "./edge.ts";
export { watchHealth } from "./health_watch.ts";
export { ownHosts } from "./own_hosts.ts";
export { pageQuery } from "./page_query.ts";
export { acceptCommand } from "./idempotency.ts";
export { feeds } from "./feeds.ts";
export { secretHeader, withSecret } from "./service_secret.ts";
export { type PublicRoute, publicRoutes } from "./public_routes.ts";
export { readsFrom } from "./read_your_writes.ts";
export {
  type EdgeContext,
  type EdgeRoutes,
  type Routes,
  routes,
  type ServiceContext,
  toService,
} from "./service_app.ts";
export type { EdgeDependencies, ServiceDependencies } from "./service_dependencies.ts";
export { readJson, readParam, readQuery } from "./validation.ts";
export { type Page, readPage } from "./read_page.ts";
