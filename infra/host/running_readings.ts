import type { EventLog, Log } from "@headwater/core";
import type { Running } from "./data_directory.ts";
import { type Readings, readingsAt } from "./log_readings.ts";
import { openLog } from "./open_log.ts";

/** The log of an application that runs, for who looks, and where others can open it for the record of acts; undefined: it has not said where. Nothing is opened before it is read. */
export function runningReadings(
  { urls: { eventStore, readings } }: Running,
  { directory, logger }: { readonly directory: string; readonly logger: Log },
): (Readings & Partial<Pick<EventLog, "append">> & AsyncDisposable) | undefined {
  if (readings !== undefined) {
    return { ...readingsAt(readings), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  if (eventStore === undefined) return undefined;
  let opening: ReturnType<typeof openLog> | undefined;
  async function opened() {
    const { log } = await (opening ??= openLog({ eventStoreUrl: eventStore, directory, logger }));
    return log;
  }
  return {
    async *read(...asked) {
      yield* (await opened()).read(...asked);
    },
    async append(...asked) {
      return await (await opened()).append(...asked);
    },
    async *readAll(...asked) {
      yield* (await opened()).readAll(...asked);
    },
    async [Symbol.asyncDispose]() {
      if (opening) await (await opened())[Symbol.asyncDispose]();
    },
  };
}
