import { acts } from "@headwater/core";
import { z } from "zod";
import { generationsOf } from "./generation.ts";
import { operatedView, type ProjectionsContext } from "./operated_view.ts";
import { storedStatuses } from "./projection_status.ts";
import { statusTable } from "./status_table.ts";
import { storedLetters } from "./stored_letters.ts";

/** So many letters are told with a read model; `letters list` has more. */
const mostLetters = 50;

/** All that is known of one read model: its generations, how they compare, and its letters. */
export const showAct = acts.operatorsAct(
  {
    name: "show",
    summary: "one read model: its generations, rows that differ between them, and its letters",
    args: z.strictObject({ name: z.string() }),
    changes: false,
    async run({ name }, context: ProjectionsContext & acts.ActContext) {
      const { head } = context;
      const { service, sql, view } = operatedView(context, { name, act: "show" });
      const choice = { names: [name], key: null, areDropped: false, most: mostLetters };
      const [statuses, stored, letters] = await Promise.all([
        storedStatuses([{ service, sql, views: [view] }], {
          ...(head && { head: { position: await head() } }),
        }),
        generationsOf(sql, name),
        storedLetters(sql, choice),
      ]);
      const generations = statuses.map((status) => {
        const found = stored.find(({ generation }) => generation === status.generation);
        return { ...status, status: found?.status ?? null, verdict: found?.verdict ?? null };
      });
      const value = { service, name, version: view.version, generations, letters };
      return { value, text: statusTable(statuses), isDone: true };
    },
  } satisfies acts.OperatorsAct<ProjectionsContext, z.ZodObject<{ name: z.ZodString }>>,
);
