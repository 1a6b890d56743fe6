import type { EventLog } from "@headwater/core";

/** The log with some of it replaced. */
export function replacing(log: EventLog, replaced: Partial<EventLog>): EventLog {
  return {
    append: (...args) => log.append(...args),
    read: (...args) => log.read(...args),
    readAll: (...args) => log.readAll(...args),
    subscribe: (...args) => log.subscribe(...args),
    head: () => log.head(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
    ...replaced,
  };
}
