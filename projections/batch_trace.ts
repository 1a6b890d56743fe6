import { eventLog, machine, type Recorded } from "@headwater/core";

/** A batch may hold thousands of events, and a span of OpenTelemetry has room for so many links. */
const mostLinks = 128;

/** What is known of the events that were folded since rows were written last. */
export type BatchTrace = {
  /** Of an event that concerns the view. */
  note(recorded: Recorded): void;
  /** Writes them, in a span; `isNews`: false where nobody follows them one by one. */
  written<Result>(
    act: () => Promise<Result>,
    options: { readonly isNews: boolean },
  ): Promise<Result>;
};

/**
 * A batch is a span from its first event on, with links to those in which its events were appended. Where all of them are
 * of one trace it is part of that, else of none: it follows from many.
 */
export function batchTrace(
  { view, tracer, now }: {
    /** Its name. */
    readonly view: string;
    readonly tracer: machine.Tracer;
    /** Milliseconds since 1970. */
    readonly now: () => number;
  },
): BatchTrace {
  let beganAt: number | undefined;
  let reached = -Infinity;
  let count = 0;
  let links = new Set<string>();

  return {
    note(recorded) {
      // Of a long history: its metadata are not read
      if (recorded instanceof eventLog.LeanEvent) return;
      // Folded again after a failure
      if (recorded.position <= reached) return;
      reached = recorded.position;
      beganAt ??= now();
      count++;
      const traceparent = machine.readTraceparent(recorded.metadata.traceparent);
      if (traceparent !== undefined && links.size < mostLinks) links.add(traceparent);
    },
    written(act, { isNews }) {
      const start = {
        name: `process ${view}`,
        kind: "consumer",
        parent: commonTrace(links),
        links,
        beganAt,
        attributes: {
          "messaging.system": "headwater",
          "messaging.operation.type": "process",
          "messaging.operation.name": "process",
          "messaging.destination.name": view,
          "messaging.batch.message_count": count,
        },
      } as const;
      const isTraced = isNews && count > 0;
      beganAt = undefined;
      reached = -Infinity;
      count = 0;
      links = new Set();
      return isTraced ? tracer.span(start, act) : act();
    },
  };
}

/** The last of them, if all are of one trace. */
function commonTrace(traceparents: ReadonlySet<string>): string | null {
  const traces = new Set(traceparents.values().map((each) => each.split("-")[1]));
  return traces.size === 1 ? [...traceparents].at(-1)! : null;
}
