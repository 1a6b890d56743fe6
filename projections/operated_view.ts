import { type EventLog, Refusal, type View } from "@headwater/core";
import type { Sql } from "postgres";
import type { ProjectionDatabase } from "./projection_status.ts";

/** What operators' acts on read models are done to. */
export type ProjectionsContext = {
  readonly databases: readonly ProjectionDatabase[];
  /** The log's last position; absent where the log cannot be opened, because another process has it. */
  head?(): Promise<number | undefined>;
  /** Where no worker runs: the log from which a rebuild fills its read model by itself. */
  readonly log?: EventLog;
  /** Workers run where this is: what is to be built is theirs, also where a log is there. */
  readonly isServed?: boolean;
  /** Who has said nothing for so long may not run; default: `silentMs`. */
  readonly patienceMs?: number;
};

/** A view, and where it is kept. */
export type OperatedView = {
  readonly service: string;
  readonly sql: Sql;
  readonly view: View;
};

/** Throws a `Refusal` with code `projection-unknown` where there is none of that name. */
export function operatedView(
  { databases }: ProjectionsContext,
  { name, act }: { readonly name: string; readonly act: string },
): OperatedView {
  const all = databases.flatMap(({ views, service, sql }) =>
    views.map((view) => ({ service, sql, view }))
  );
  const found = all.find(({ view }) => view.name === name);
  if (found) return found;
  const known = all.map(({ view }) => view.name).join(", ");
  throw new Refusal("projection-unknown", `Cannot ${act} "${name}": known are ${known}`);
}
