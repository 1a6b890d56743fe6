import type { EventLog, Log } from "@headwater/core";
import type { Running } from "./data_directory.ts";
import { lazyLog } from "./lazy_log.ts";
import { type Readings, readingsAt } from "./log_readings.ts";

/** The log of an application that runs, for who looks, and where others can open it for the record of acts; undefined: it has not said where. Nothing is opened before it is read. */
export function runningReadings(
  { urls: { eventStore, readings } }: Running,
  { directory, logger }: { readonly directory: string; readonly logger: Log },
): (Readings & Partial<Pick<EventLog, "append">> & AsyncDisposable) | undefined {
  if (readings !== undefined) {
    return { ...readingsAt(readings), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  if (eventStore === undefined) return undefined;
  return lazyLog({ eventStoreUrl: eventStore, directory, logger });
}
