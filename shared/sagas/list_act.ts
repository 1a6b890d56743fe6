import { acts } from "@headwater/core";
import { z } from "zod";
import { filterArgs, filterOf } from "./instance_choice.ts";
import { isAskedFor, statusLine, statusOf, stoppedStatus, withCauses } from "./instance_status.ts";
import { listInstances, listStopped } from "./list_instances.ts";
import type { SagasContext } from "./sagas_context.ts";

/** What waits, for what, since when, how often that was asked for and what the answer was. */
export const listAct: acts.OperatorsAct<SagasContext> = acts.operatorsAct({
  name: "list",
  summary: "processes that stand still, and instances that are unfinished: what each waits for",
  args: z.strictObject(filterArgs),
  options: ["state", "older", "step", "key"],
  changes: false,
  async run(asked, { databases, now = Date.now }: SagasContext & acts.ActContext) {
    const filter = filterOf(asked);
    const used = databases.filter(({ sagas }) => sagas.length > 0);
    const stopped = (await Promise.all(used.map(({ sql }) => listStopped(sql)))).flat();
    const instances = (await Promise.all(used.map(({ sql }) => listInstances(sql)))).flat();
    const at = now();
    const all = [
      ...stopped.map((each) => stoppedStatus(each, at)),
      ...withCauses(instances.map((each) => statusOf(each, at))),
    ];
    const value = all.filter((each) => isAskedFor(each, filter));
    const nothing = all.length === 0
      ? "No instance of a process is unfinished"
      : `None of the ${all.length} that are unfinished is like that`;
    return { value, text: value.map(statusLine).join("\n") || nothing, isDone: true };
  },
});
