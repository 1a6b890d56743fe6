import { type Clock, realClock } from "./clock.ts";
import { Unavailable } from "./failures.ts";
import { type EventLog, RevisionConflict } from "./event_log.ts";
import { type Meter, metric, secondsBuckets } from "./meter.ts";

const appendDuration = metric({
  kind: "histogram",
  name: "headwater_log_append_duration_seconds",
  help: "Until events were durable in the log, or were not taken",
  labels: ["service"],
  buckets: secondsBuckets,
});
const appends = metric({
  kind: "counter",
  name: "headwater_log_appends_total",
  help:
    "Appends to the log by how they ended; conflict: somebody else was faster, which commands try again by themselves",
  labels: ["service", "outcome"],
});
const appendedEvents = metric({
  kind: "counter",
  name: "headwater_log_appended_events_total",
  help: "Events that this service has appended to the log",
  labels: ["service"],
});

/** The same log, whose appends are counted and timed for the service that appends. */
export function meteredLog(
  log: EventLog,
  { service, meter, clock = realClock }: {
    readonly service: string;
    readonly meter: Meter;
    readonly clock?: Clock;
  },
): EventLog {
  const duration = meter.histogram(appendDuration)({ service });
  const events = meter.counter(appendedEvents)({ service });
  const ended = meter.counter(appends);
  const outcomes = {
    done: ended({ service, outcome: "done" }),
    conflict: ended({ service, outcome: "conflict" }),
    unavailable: ended({ service, outcome: "unavailable" }),
    failed: ended({ service, outcome: "failed" }),
  };
  return {
    append(stream, appended, options) {
      const beganAt = clock.now();
      function note(outcome: keyof typeof outcomes): void {
        duration.note((clock.now() - beganAt) / 1_000);
        outcomes[outcome].add();
      }
      const appending = log.append(stream, appended, options);
      // Beside it: whoever appends waits for nothing of this
      appending.then(() => {
        note("done");
        events.add(appended.length);
      }, (error) => note(outcomeOf(error)));
      return appending;
    },
    read: (stream, options) => log.read(stream, options),
    readAll: (options) => log.readAll(options),
    subscribe: (options) => log.subscribe(options),
    head: () => log.head(),
    identity: () => log.identity(),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}

function outcomeOf(error: unknown): "conflict" | "unavailable" | "failed" {
  if (error instanceof RevisionConflict) return "conflict";
  return error instanceof Unavailable ? "unavailable" : "failed";
}
