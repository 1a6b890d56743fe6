import { eventLog, type Recorded } from "@headwater/core";
import { binarySummary } from "./binary_text.tsx";
import { dataSummary } from "./data_summary.ts";

/** The beginning of what an event says, in a line. */
export function eventSummary(event: Recorded): string {
  const bytes = eventLog.bytesOf(event);
  return bytes ? binarySummary(bytes) : dataSummary(event.data);
}
