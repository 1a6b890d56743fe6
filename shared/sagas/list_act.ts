import { acts } from "@headwater/core";
import { z } from "zod";
import {
  askedStates,
  type InstanceFilter,
  isAskedFor,
  statusLine,
  statusOf,
  stoppedStatus,
} from "./instance_status.ts";
import { listInstances, listStopped } from "./list_instances.ts";
import type { SagasContext } from "./sagas_context.ts";

const unitsMs: Readonly<Record<string, number>> = {
  ...{ s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 },
};

const age = z.string().regex(
  /^\d{1,6}[smhd]$/,
  "Must be a whole number and s, m, h or d: 90s, 10m, 2h, 1d",
);

/** What waits, for what, since when, how often that was asked for and what the answer was. */
export const listAct: acts.OperatorsAct<SagasContext> = acts.operatorsAct({
  name: "list",
  summary: "processes that stand still, and instances that are unfinished: what each waits for",
  args: z.strictObject({
    state: z.enum(askedStates).optional(),
    older: age.optional(),
    step: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
  }),
  options: ["state", "older", "step", "key"],
  changes: false,
  async run({ older, ...asked }, { databases, now = Date.now }: SagasContext & acts.ActContext) {
    const filter: InstanceFilter = {
      ...asked,
      olderMs: older === undefined ? undefined : parseInt(older) * unitsMs[older.at(-1)!]!,
    };
    const used = databases.filter(({ sagas }) => sagas.length > 0);
    const stopped = (await Promise.all(used.map(({ sql }) => listStopped(sql)))).flat();
    const instances = (await Promise.all(used.map(({ sql }) => listInstances(sql)))).flat();
    const at = now();
    const all = [
      ...stopped.map((each) => stoppedStatus(each, at)),
      ...instances.map((each) => statusOf(each, at)),
    ];
    const value = all.filter((each) => isAskedFor(each, filter));
    const nothing = all.length === 0
      ? "No instance of a process is unfinished"
      : `None of the ${all.length} that are unfinished is like that`;
    return { value, text: value.map(statusLine).join("\n") || nothing, isDone: true };
  },
});
