export { categoryOf, type EventMetadata, idOf } from "./event.ts";
export { bytesOf, noteBytes } from "./event_bytes.ts";
export * from "./event_log.ts";
export * from "./event_log_arguments.ts";
export { LeanEvent, type LeanTexts, schemaVersionIn } from "./lean_event.ts";
export * from "./log_mark.ts";
export * from "./memory_log.ts";
export { ownedLog } from "./owned_log.ts";
