import type { EventLog } from "@headwater/core";
import type { ReadLog } from "./open_console.ts";

/** A log that is opened when somebody needs it first: most processes of gateways never do. */
export function lazyLog(
  open: () => Promise<EventLog>,
): ReadLog & Pick<EventLog, "append"> & AsyncDisposable {
  let opened: Promise<EventLog> | undefined;
  async function log(): Promise<EventLog> {
    opened ??= open();
    try {
      return await opened;
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
      await (await opened)?.[Symbol.asyncDispose]();
    },
  };
}
