import type { machine, View } from "@headwater/core";
import type { Sql } from "postgres";
import { batchTrace } from "./batch_trace.ts";
import { eventFolder } from "./fold_events.ts";
import { isFilling } from "./generation.ts";
import { writeChanges } from "./write_changes.ts";

/** Folds events of a view, and writes what came of them, which is a span for each batch. */
export function tracedFolding(
  view: View,
  { applied, tracer, now }: {
    readonly applied?: machine.Count | undefined;
    readonly tracer: machine.Tracer;
    /** Milliseconds since 1970. */
    readonly now: () => number;
  },
) {
  if (!tracer.isOn) return { fold: eventFolder(view, { applied }), write: writeChanges };
  const batch = batchTrace({ view: view.name, tracer, now });
  return {
    fold: eventFolder(view, { applied, noted: batch.note }),
    write(sql: Sql, options: Parameters<typeof writeChanges>[1]): ReturnType<typeof writeChanges> {
      const { changes, move } = options;
      const isNews = changes !== undefined && changes.changes > 0 && !isFilling(move.from);
      return batch.written(() => {
        if (!isNews) return writeChanges(sql, options);
        return tracer.span({
          name: `UPDATE ${view.table}`,
          kind: "client",
          attributes: {
            "db.system.name": "postgresql",
            "db.operation.name": "UPDATE",
            "db.collection.name": view.table,
            "db.operation.batch.size": changes.changes,
          },
        }, () => writeChanges(sql, options));
      }, { isNews });
    },
  };
}
