import type { EventLog } from "./event_log.ts";
import { categoryOf } from "./event.ts";
import { failureType, type Tracer } from "./tracer.ts";

/**
 * The same log, whose appends are spans, and its reads of streams where they are part of something: what is read in no
 * span, by who goes on for ever, would be a trace of its own each time.
 */
export function tracedLog(log: EventLog, { tracer }: { readonly tracer: Tracer }): EventLog {
  if (!tracer.isOn) return log;

  function startOf(operation: "append" | "read", stream: string) {
    const category = categoryOf(stream);
    return {
      name: `${operation} ${category}`,
      attributes: {
        "db.system.name": "eventstoredb",
        "db.operation.name": operation,
        "db.collection.name": category,
        "headwater.stream": stream,
      },
    };
  }

  return {
    append(stream, events, options) {
      const start = startOf("append", stream);
      // To those who read the log it is the message
      return tracer.span({
        ...start,
        kind: "producer",
        attributes: {
          ...start.attributes,
          "db.operation.batch.size": events.length,
          "messaging.system": "headwater",
          "messaging.operation.type": "send",
          "messaging.operation.name": "append",
          "messaging.destination.name": categoryOf(stream),
          "messaging.batch.message_count": events.length,
          "headwater.events": events.map(({ type }) => type).join(","),
        },
      }, () => log.append(stream, events, options));
    },
    async *read(stream, options) {
      const pages = log.read(stream, options);
      if (tracer.current().traceparent === undefined) return yield* pages;
      using span = tracer.begin({ ...startOf("read", stream), kind: "client" });
      let count = 0;
      try {
        for await (const page of pages) {
          count += page.length;
          yield page;
        }
      } catch (error) {
        span.fail(failureType(error));
        throw error;
      }
      span.set({ "db.response.returned_rows": count });
    },
    readAll: (options) => log.readAll(options),
    subscribe: (options) => log.subscribe(options),
    head: () => log.head(),
    identity: () => log.identity(),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}
