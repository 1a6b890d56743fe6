import { eventLog, machine, type Recorded, type View } from "@headwater/core";
import type { Sql } from "postgres";
import { eventFolder } from "./fold_events.ts";
import { isFilling } from "./generation.ts";
import { writeChanges } from "./write_changes.ts";

/** A batch may hold thousands of events, and a span has room for so many links in OpenTelemetry. */
const mostLinks = 128;

/** What was folded since rows were written last. */
type Batch = { readonly beganAt: number; readonly traceparents: Set<string>; events: number };

/**
 * Folds events, and writes what came of them: in a span from the first of a batch on, with links to those in which its
 * events were appended. Where all of them are of one trace it is part of that, else of none: it follows from many.
 */
export function tracedFolding(
  view: View,
  { applied, tracer, now }: {
    readonly applied?: machine.Count | undefined;
    readonly tracer: machine.Tracer;
    /** Milliseconds since 1970. */
    readonly now: () => number;
  },
) {
  let batch: Batch | undefined;

  function note(recorded: Recorded): void {
    // Of a long history, which nobody follows event by event
    if (recorded instanceof eventLog.LeanEvent) return;
    batch ??= { beganAt: now(), traceparents: new Set(), events: 0 };
    batch.events++;
    const traceparent = machine.readTraceparent(recorded.metadata.traceparent);
    if (traceparent === undefined || batch.traceparents.size >= mostLinks) return;
    batch.traceparents.add(traceparent);
  }

  return {
    fold: eventFolder(view, { applied, ...(tracer.isOn && { noted: note }) }),
    async write(
      sql: Sql,
      options: Parameters<typeof writeChanges>[1],
    ): ReturnType<typeof writeChanges> {
      const written = batch;
      batch = undefined;
      const isTraced = written && options.changes && !isFilling(options.move.from);
      if (!isTraced) return await writeChanges(sql, options);
      const { beganAt, traceparents, events } = written;
      return await tracer.span({
        name: `process ${view.name}`,
        kind: "consumer",
        parent: commonTrace(traceparents),
        links: traceparents,
        beganAt,
        attributes: {
          "messaging.system": "headwater",
          "messaging.operation.type": "process",
          "messaging.operation.name": "process",
          "messaging.destination.name": view.name,
          "messaging.batch.message_count": events,
        },
      }, () =>
        tracer.span({
          name: `UPDATE ${view.table}`,
          kind: "client",
          attributes: {
            "db.system.name": "postgresql",
            "db.operation.name": "UPDATE",
            "db.collection.name": view.table,
            "db.operation.batch.size": options.changes?.changes,
          },
        }, () => writeChanges(sql, options)));
    },
  };
}

/** The last of them, if all are of one trace. */
function commonTrace(traceparents: ReadonlySet<string>): string | null {
  const all = [...traceparents];
  const [traceId] = new Set(all.map((each) => each.split("-")[1]));
  const isOne = all.every((each) => each.split("-")[1] === traceId);
  return isOne ? all.at(-1) ?? null : null;
}
