import type { EventLog } from "@headwater/core";
import { type OpenLog, openLog, type ReadLog } from "./open_log.ts";

/** A log that is opened when somebody needs it first: most processes of gateways never do. */
export function lazyLog(
  options: Parameters<typeof openLog>[0],
): ReadLog & Pick<EventLog, "append"> & AsyncDisposable {
  let opened: Promise<OpenLog> | undefined;
  async function log(): Promise<EventLog> {
    opened ??= openLog(options);
    try {
      return (await opened).log;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  }
  return {
    async *read(stream, options) {
      yield* (await log()).read(stream, options);
    },
    async *readAll(options) {
      yield* (await log()).readAll(options);
    },
    async *subscribe(options) {
      yield* (await log()).subscribe(options);
    },
    async append(...append) {
      return await (await log()).append(...append);
    },
    async head() {
      return await (await log()).head();
    },
    async [Symbol.asyncDispose]() {
      // One that could not be opened was told to whoever wanted it
      const found = await opened?.catch(() => undefined);
      await found?.log[Symbol.asyncDispose]();
    },
  };
}
