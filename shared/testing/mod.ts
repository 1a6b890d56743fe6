export { appendAtEnd } from "./append_at_end.ts";
export { arbitraryOf } from "./arbitrary_of.ts";
export { eventually } from "./eventually.ts";
export { given, heard, recordedExample, rowsAfter } from "./given.ts";
export { manualTimers } from "./manual_timers.ts";
export {
  assertCommandsRoundTrip,
  assertEventRoundTrips,
  assertEventsRoundTrip,
} from "./round_trip.ts";
export { runCommands } from "./run_commands.ts";
