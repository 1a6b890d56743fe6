/**
 * Aggregates, views and the ports that they need, without a machine: see the README of `@headwater/core`.
 *
 * @module
 */

// What a domain is made of
export { type Aggregate, aggregate } from "./aggregate.ts";
/** The columns of views. */
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
/** Schemas of what fields of messages hold. */
export * as field from "./field.ts";
export { fingerprint } from "./fingerprint.ts";
/** Maps for the states of aggregates, which are never changed. */
export * as persistentMap from "./persistent_map.ts";
export { Refusal } from "./refusal.ts";
export { type RowOf, type View, view } from "./view.ts";

// How commands reach it
export type { CommandContext } from "./handle_command.ts";
export { type Repository, repository } from "./repository.ts";

// Ports
export type { EventLog } from "./event_log.ts";
/** What belongs to the port of the event log. */
export * as eventLog from "./event_log_port.ts";
export type { HealthCheck } from "./health_check.ts";
export { type Log, silentLog } from "./log.ts";
export type { ReadModels } from "./read_models.ts";
export type { Service, ServiceClient } from "./service_client.ts";

// What everything that meets a machine needs
export { DeadlineExceeded, Unavailable } from "./failures.ts";
/** What caches of a process may take, what processes share, what is measured and traced, commands on their way, how many calls a target takes, places for so many, and URLs without their passwords. */
export * as machine from "./machine.ts";
/** Clocks, pauses, back-off and deadlines. */
export * as time from "./time.ts";

// For operators
/** What operators do to an engine, and the command line made of that. */
export * as acts from "./acts.ts";
