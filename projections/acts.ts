import { acts, type EventLog, silentLog } from "@headwater/core";
import { z } from "zod";
import type { ReplayProgress } from "./checkpoint.ts";
import { messageOf } from "./failure.ts";
import { followRebuild } from "./follow_rebuild.ts";
import { lettersActs } from "./letters_acts.ts";
import { type OperatedView, operatedView, type ProjectionsContext } from "./operated_view.ts";
import { prepareView, requestRebuild } from "./prepare_view.ts";
import { startProjections } from "./start_projections.ts";
import { grouped, statusTable } from "./status_table.ts";
import { storedStatuses } from "./projection_status.ts";

const status = acts.operatorsAct({
  name: "status",
  summary: "how every read model is",
  args: z.strictObject({}),
  changes: false,
  async run(_args, { databases, head }: ProjectionsContext) {
    const statuses = await storedStatuses(databases, {
      ...(head && { head: { position: await head() } }),
    });
    return { value: statuses, text: statusTable(statuses), isDone: true };
  },
});

const rebuild = acts.operatorsAct(
  {
    name: "rebuild",
    summary: "empty a read model and fill it again from the log",
    args: z.strictObject({ name: z.string() }),
    changes: true,
    async run(
      { name },
      context: ProjectionsContext & acts.ActContext,
    ) {
      const { log, patienceMs, signal, progress } = context;
      const found = operatedView(context, { name, act: "rebuild" });
      const startedAt = performance.now();
      try {
        await using _worker = await beginRebuild(found, log);
        progress(`${name}  emptied`);
        const { end, cause } = await followRebuild(found.sql, {
          name,
          signal,
          ...(patienceMs !== undefined && { patienceMs }),
          onProgress: (replay) => progress(`${name}  ${described(replay)}`),
        });
        if (end === "failing") throw new Error(cause);
        const seconds = Number(((performance.now() - startedAt) / 1_000).toFixed(1));
        const isDone = end === "done";
        const text = isDone
          ? `Rebuilt "${name}" in ${seconds.toFixed(1)} s`
          : `Emptied "${name}": no worker fills it now, its service does so when it runs`;
        return { value: { name, isDone, seconds }, text, isDone };
      } catch (cause) {
        throw new Error(`Cannot rebuild "${name}": ${messageOf(cause)}`, { cause });
      }
    },
  } satisfies acts.OperatorsAct<ProjectionsContext, z.ZodObject<{ name: z.ZodString }>>,
);

/** All that operators do to read models. */
export const projectionsActs: readonly acts.OperatorsAct<ProjectionsContext>[] = [
  status,
  rebuild,
  ...lettersActs,
];

/** With a log, also starts the one worker that fills the read model, and is to be stopped after that. */
async function beginRebuild(
  { service, sql, view }: OperatedView,
  log: EventLog | undefined,
): Promise<AsyncDisposable | undefined> {
  if (!log) {
    await requestRebuild(sql, view);
    return undefined;
  }
  // What is empty already need not be emptied again
  if (await prepareView(sql, view) === undefined) await requestRebuild(sql, view);
  return await startProjections({ service, views: [view], log, sql, logger: silentLog });
}

function described({ replayed, target, eventsPerSecond }: ReplayProgress): string {
  const share = Math.min(100, Math.floor((replayed / Math.max(target, 1)) * 100));
  return `${String(share).padStart(3)} %  position ${grouped(replayed)} of ${grouped(target)}  ${
    grouped(eventsPerSecond)
  } events/s`;
}
