export { sagasActs, type SagasContext } from "./acts.ts";
export type { Process, Step } from "./process.ts";
export type { ParkedInput, ProcessLetters } from "./process_letters.ts";
export {
  type Heard,
  type InstanceRecord,
  listInstances,
  processMigrations,
  type ProcessRecords,
  processRecords,
} from "./process_records.ts";
export {
  type ProcessRuntime,
  type ProcessRuntimeOptions,
  startProcess,
} from "./process_runtime.ts";
