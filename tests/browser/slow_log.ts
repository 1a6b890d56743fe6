import { type EventLog, type eventLog, time } from "@headwater/core";

/** A log whose readers take their time, as long as somebody wants to look. */
export type SlowLog = EventLog & {
  /** From now on, until `goOn`: an event at a time. */
  slowDown(): void;
  goOn(): void;
};

const eachMs = 20;

/** Puts that before a log. */
export function slowLog(log: EventLog): SlowLog {
  let hurry = new AbortController();
  hurry.abort();
  return {
    append: (...asked) => log.append(...asked),
    read: (...asked) => log.read(...asked),
    readAll: (...asked) => log.readAll(...asked),
    head: () => log.head(),
    identity: () => log.identity(),
    async *subscribe(options: eventLog.SubscribeOptions) {
      for await (const batch of log.subscribe(options)) {
        const { events, mark } = batch;
        let from = 0;
        while (mark && !hurry.signal.aborted && from < events.length - 1) {
          const [event] = events.slice(from++);
          if (!event) break;
          const { position, id } = event;
          const one = { position, mark: { ...mark, position, id }, caughtUp: false };
          yield { events: [event], ...one };
          await time.pause(eachMs, { signal: hurry.signal });
        }
        yield { ...batch, events: events.slice(from) };
      }
    },
    slowDown: () => hurry = new AbortController(),
    goOn: () => hurry.abort(),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}
