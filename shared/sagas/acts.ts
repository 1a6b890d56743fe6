import { acts, Refusal } from "@headwater/core";
import type { Sql } from "postgres";
import { z } from "zod";
import { forgetHeard, listInstances, listStopped } from "./process_records.ts";

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
  summary: "processes that stand still, instances that wait, and those that are unfinished",
  args: z.strictObject({}),
  changes: false,
  async run(_args, { databases, now = Date.now }: SagasContext & acts.ActContext) {
    const used = databases.filter(({ sagas }) => sagas.length > 0);
    const stopped = (await Promise.all(used.map(({ sql }) => listStopped(sql)))).flat();
    const instances = (await Promise.all(used.map(({ sql }) => listInstances(sql)))).flat();
    const all = [
      ...stopped.map(({ process, cause, since }) => {
        return { id: process, process, state: "stopped", step: null, cause, startedAt: since };
      }),
      ...instances,
    ];
    const value = all.map(({ process, id, state, step, cause, startedAt }) => ({
      id,
      type: process,
      definition: process,
      state,
      step,
      cause,
      startedAt,
      ageMs: now() - Date.parse(startedAt),
      keys: [id],
    }));
    const lines = all.map(({ process, id, state, step, cause, startedAt }) =>
      `${state.padEnd(8)} ${process} ${id}  ${step ?? ""}  since ${startedAt}  ${cause ?? ""}`
        .trimEnd()
    );
    const text = lines.join("\n") || "No instance of a process is unfinished";
    return { value, text, isDone: true };
  },
});

const rehear = acts.operatorsAct(
  {
    name: "rehear",
    summary:
      "have a process hear the whole log again, or all of them: what it has done has no effect",
    args: z.strictObject({ name: z.string().optional() }),
    changes: true,
    async run({ name }, { databases }: SagasContext & acts.ActContext) {
      const all = databases.flatMap(({ sagas, sql }) =>
        sagas.map((saga) => ({ name: saga.name, sql }))
      );
      const chosen = all.filter((saga) => name === undefined || saga.name === name);
      if (chosen.length === 0) {
        const known = all.map((saga) => saga.name).join(", ");
        throw new Refusal("saga-unknown", `Cannot rehear "${name}": known are ${known || "none"}`);
      }
      for (const saga of chosen) await forgetHeard(saga.sql, saga.name);
      const names = chosen.map((saga) => saga.name);
      const text = names.map((each) =>
        `"${each}" hears the log again: within seconds where it stands still, else with its next input or when its service starts`
      ).join("\n");
      return { value: { names }, text, isDone: true };
    },
  } satisfies acts.OperatorsAct<SagasContext, z.ZodObject<{ name: z.ZodOptional<z.ZodString> }>>,
);

/** All that operators do to process managers. */
export const sagasActs: readonly acts.OperatorsAct<SagasContext>[] = [list, rehear];
