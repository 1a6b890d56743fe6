import type { EventLog } from "@headwater/core";
import type { ReadLog } from "./open_console.ts";

/** A log for those who only look, opened when somebody looks first: most processes of gateways never need it. */
export function lazyLog(open: () => Promise<EventLog>): ReadLog & AsyncDisposable {
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
    async head() {
      return await (await log()).head();
    },
    async [Symbol.asyncDispose]() {
      await (await opened)?.[Symbol.asyncDispose]();
    },
  };
}
