// What a domain is made of
export { type Aggregate, aggregate } from "./aggregate.ts";
export * as column from "./column.ts";
export { derivedId } from "./derived_id.ts";
export type { DomainCommand, DomainEvent, Recorded } from "./event.ts";
export {
  type CommandOf,
  defineEvents,
  type EventOf,
  type EventSchemas,
  versioned,
} from "./event_schemas.ts";
export * as field from "./field.ts";
export { fingerprint } from "./fingerprint.ts";
export { Refusal } from "./refusal.ts";
export { type RowOf, type View, view } from "./view.ts";

// How commands reach it
export type { CommandContext } from "./handle_command.ts";
export { type Repository, repository } from "./repository.ts";

// Ports
export { type EventLog, RevisionConflict } from "./event_log.ts";
export * as eventLog from "./event_log_port.ts";
export type { HealthCheck } from "./health_check.ts";
export { type Log, silentLog } from "./log.ts";
export type { ReadModels } from "./read_models.ts";
export type { Service, ServiceClient } from "./service_client.ts";

// What everything that meets a machine needs
export { withoutPassword } from "./credentials.ts";
export { DeadlineExceeded, Unavailable } from "./failures.ts";
export * as time from "./time.ts";

// For operators
export * as acts from "./acts.ts";
