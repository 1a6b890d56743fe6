export { appendAtEnd } from "./append_at_end.ts";
export { arbitraryOf } from "./arbitrary_of.ts";
export { allOf, idsOf, newEvent, newEvents } from "./event_log/test_case.ts";
export { closedWith, eventLogSuite } from "./event_log_suite.ts";
export { eventually } from "./eventually.ts";
export { given, heard, recordedExample, rowsAfter, rowsAfterRecorded, sumsOf } from "./given.ts";
export { type HistoricEvent, historyOf } from "./history_of.ts";
export { type ManualClock, manualClock } from "./manual_clock.ts";
export { virtualClock } from "./virtual_clock.ts";
export { ProcessInstance } from "./process_instance.ts";
export { randomOf } from "./random_of.ts";
export { type RecordedSpan, type RecordingTracer, recordingTracer } from "./recording_tracer.ts";
export type { Registry } from "./registry.ts";
export {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "./round_trip.ts";
export { runCommands } from "./run_commands.ts";
export { type ServiceClientFixture, serviceClientSuite } from "./service_client_suite.ts";
export { sharedStoreSuite } from "./shared_store_suite.ts";
export { WaitedInVain, within } from "./within.ts";
