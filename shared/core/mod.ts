export { type Aggregate, aggregate } from "./aggregate.ts";
export { type Repository, repository } from "./repository.ts";
export { AggregateStore, type Loaded } from "./aggregate_store.ts";
export { realTimers, type Timers } from "./clock.ts";
export { aborted, backOffMs, pause } from "./time.ts";
export { withoutPassword } from "./credentials.ts";
export type { Decider } from "./decider.ts";
export { derivedId } from "./derived_id.ts";
export {
  categoryOf,
  type DomainCommand,
  type DomainEvent,
  type EventMetadata,
  idOf,
  type Recorded,
} from "./event.ts";
export {
  type Appended,
  type EventBatch,
  type EventLog,
  type ExpectedRevision,
  LogEndsBefore,
  type NewEvent,
  type ReadAllOptions,
  type ReadOptions,
  RevisionConflict,
  StreamDeleted,
  type SubscribeOptions,
} from "./event_log.ts";
export { type CheckedAppend, checkedAppend, checkReading } from "./event_log_arguments.ts";
export {
  type CommandOf,
  defineEvents,
  type EventOf,
  type EventSchemas,
  versioned,
} from "./event_schemas.ts";
export { fingerprint } from "./fingerprint.ts";
export { type CommandContext, handleCommand, type Handled } from "./handle_command.ts";
export type { HealthCheck } from "./health_check.ts";
export { type Log, type LogFields, silentLog } from "./log.ts";
export { memoryLog } from "./memory_log.ts";
export {
  type ActContext,
  type ActOutcome,
  type OperatorsAct,
  operatorsAct,
} from "./operators_act.ts";
export { type CommandOptions, operatorsCommand } from "./operators_command.ts";
export { ownedLog } from "./owned_log.ts";
export type { ReadModels, ReadModelState, ReadModelWait } from "./read_models.ts";
export { Refusal } from "./refusal.ts";
export type { Service, ServiceClient } from "./service_client.ts";
export { Turns } from "./turns.ts";
export { DeadlineExceeded, isMachineDown, Unavailable } from "./failures.ts";
export { amountSchema, currencySchema, idSchema, textSchema } from "./value_schemas.ts";
export { type RowOf, type View, view, type ViewDefinition } from "./view.ts";
export * as column from "./column.ts";
export { type PageOptions, readPage } from "./read_page.ts";
export { BadInput, BodyTooLarge, type InputIssue, MediaTypeUnsupported } from "./bad_input.ts";
