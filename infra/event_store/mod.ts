export { type EventLogOptions, openEventLog } from "./log/open_event_log.ts";
export {
  type EventStoreOptions,
  type EventStoreServer,
  startEventStore,
} from "./start_event_store.ts";
