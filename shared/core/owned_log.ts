import type { EventLog } from "./event_log.ts";
import { assertWanted } from "./deadline.ts";
import { categoryOf } from "./event.ts";

/**
 * The log as one service sees it: it reads everything, and appends to its own categories only. On behalf of a request
 * that nobody waits for any more nothing is read or appended: both throw the reason.
 */
export function ownedLog(
  log: EventLog,
  owner: { readonly service: string; readonly categories: readonly string[] },
): EventLog {
  return {
    append(stream, events, options) {
      if (!owner.categories.includes(categoryOf(stream))) {
        throw new TypeError(
          `Cannot append to stream "${stream}" from service "${owner.service}": it owns ${
            owner.categories.map((category) => `"${category}"`).join(", ")
          }`,
        );
      }
      assertWanted();
      return log.append(stream, events, options);
    },
    read(stream, options) {
      assertWanted();
      return log.read(stream, options);
    },
    readAll: (options) => log.readAll(options),
    subscribe: (options) => log.subscribe(options),
    head: () => log.head(),
    identity: () => log.identity(),
    // The owner of the shared log closes it.
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
