import { acts } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { listInstances } from "./process_records.ts";

/** What operators' acts on process managers are done to. */
export type SagasContext = {
  readonly databases: readonly {
    /** Those that keep their records in it. */
    readonly sagas: readonly { readonly name: string }[];
    readonly sql: Sql;
  }[];
  /** Milliseconds since 1970. */
  now?(): number;
};

const list = acts.operatorsAct({
  name: "list",
  summary: "unfinished instances of every process, longest running first",
  args: z.strictObject({}),
  changes: false,
  async run(_args, { databases, now = Date.now }: SagasContext & acts.ActContext) {
    const lists = await Promise.all(
      databases.filter(({ sagas }) => sagas.length > 0).map(({ sql }) => listInstances(sql)),
    );
    const instances = lists.flat();
    const value = instances.map(({ process, id, state, step, startedAt }) => ({
      id,
      type: process,
      definition: process,
      state,
      step,
      startedAt,
      ageMs: now() - Date.parse(startedAt),
      keys: [id],
    }));
    const lines = instances.map(({ process, id, state, step, cause, startedAt }) =>
      `${state.padEnd(8)} ${process} ${id}  ${step ?? ""}  since ${startedAt}  ${cause ?? ""}`
        .trimEnd()
    );
    const text = lines.join("\n") || "No instance of a process is unfinished";
    return { value, text, isDone: true };
  },
});

/** All that operators do to process managers. */
export const sagasActs: readonly acts.OperatorsAct<SagasContext>[] = [list];
