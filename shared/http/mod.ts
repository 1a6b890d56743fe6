export { commandAnswer, idempotencyKey } from "./command_answer.ts";
export { commandEndpoint } from "./command_endpoint.ts";
export { idempotent, requestCategory } from "./idempotency.ts";
export { readsFrom } from "./read_your_writes.ts";
export {
  createServiceApp,
  type ServiceApp,
  type ServiceContext,
  toService,
} from "./service_app.ts";
export type { ServiceDependencies } from "./service_dependencies.ts";
export { bodyLimit, readJson, readParam, readQuery } from "./validation.ts";
