export { sagasActs } from "./acts.ts";
export type { SagasContext } from "./sagas_context.ts";
export { type InstanceRecord, listInstances } from "./list_instances.ts";
export type { Notice, Operated, StepAnswered, Timer, TimerFired } from "./notice.ts";
export type { Process, Told } from "./process.ts";
export type { ParkedInput, ProcessLetters } from "./process_letters.ts";
export {
  type Heard,
  type Hold,
  processMigrations,
  type ProcessRecords,
  processRecords,
} from "./process_records.ts";
export {
  type ProcessRuntime,
  type ProcessRuntimeOptions,
  startProcess,
} from "./process_runtime.ts";
export type { SliceOwner, SliceStore } from "./slice_store.ts";
export type { Standing, Waits } from "./standing.ts";
export type { Question, Step, StepLimits } from "./step.ts";
