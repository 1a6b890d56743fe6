import { acts, Refusal } from "@headwater/core";
import { z } from "zod";
import { groupAct } from "./group_act.ts";
import { instanceActs } from "./instance_acts.ts";
import { listAct } from "./list_act.ts";
import { forgetHeard } from "./process_records.ts";
import type { SagasContext } from "./sagas_context.ts";
import { showAct } from "./show_act.ts";

const rehear = acts.operatorsAct(
  {
    name: "rehear",
    summary:
      "have a process hear the whole log again, or all of them: what it has done has no effect",
    args: z.strictObject({ name: z.string().optional() }),
    changes: true,
    async run({ name }, context: SagasContext & acts.ActContext) {
      const chosen = chosenProcesses(context, name);
      for (const saga of chosen) await forgetHeard(saga.sql, saga.name);
      const names = chosen.map((saga) => saga.name);
      const text = names.map((each) =>
        `"${each}" hears the log again: within seconds where it stands still, else with its next input or when its service starts`
      ).join("\n");
      return { value: { names }, text, isDone: true };
    },
    subject: ({ name }) => name,
    foretell({ name }, context: SagasContext & acts.ActContext) {
      const names = chosenProcesses(context, name).map((saga) => saga.name);
      const text = names.map((each) => `would have "${each}" hear the whole log again`).join("\n");
      return Promise.resolve({ value: { names }, text });
    },
  } satisfies acts.OperatorsAct<SagasContext, z.ZodObject<{ name: z.ZodOptional<z.ZodString> }>>,
);

function chosenProcesses({ databases }: SagasContext, name: string | undefined) {
  const all = databases.flatMap(({ sagas, sql }) =>
    sagas.map((saga) => ({ name: saga.name, sql }))
  );
  const chosen = all.filter((saga) => name === undefined || saga.name === name);
  if (chosen.length > 0) return chosen;
  const known = all.map((saga) => saga.name).join(", ");
  throw new Refusal("saga-unknown", `Cannot rehear "${name}": known are ${known || "none"}`);
}

/** All that operators do to process managers. */
export const sagasActs: readonly acts.OperatorsAct<SagasContext>[] = [
  ...[listAct, groupAct, showAct, ...instanceActs, rehear],
];
