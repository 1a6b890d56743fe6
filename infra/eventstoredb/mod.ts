export { certificateFiles } from "./connection_string.ts";
export type { EventStoreDbLog, EventStoreDbOptions } from "./event_store_db_log.ts";
export { eventStoreDbVariables, openEventStoreDb } from "./open_event_store_db.ts";
export type { SubscriptionStatus } from "./subscription_status.ts";
