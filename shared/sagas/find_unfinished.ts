import { eventLog, machine } from "@headwater/core";
import type { DrivenInstances } from "./driven_instances.ts";
import type { ProcessCheckpoint } from "./process_checkpoint.ts";
import { ProcessInbox } from "./process_inbox.ts";
import type { ProcessRuntimeOptions } from "./process_runtime_options.ts";
import { isDriven } from "./standing.ts";

/** Looks through the process's own streams for what was begun and not finished, and goes on with it. */
export async function findUnfinished(
  { inbox: known, checkpoint, driven, signal, ...options }: ProcessRuntimeOptions & {
    readonly inbox: ProcessInbox;
    readonly checkpoint: ProcessCheckpoint;
    readonly driven: DrivenInstances;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { log, process, logger } = options;
  // Most are finished, and will not be asked for again: what is kept of others must not go for them.
  const inbox = new ProcessInbox(process, { ...options, cacheBudget: machine.cacheBudget(1) });
  let count = 0;
  for await (const page of log.readAll({ categories: [process.name], signal })) {
    const begun = page.filter(({ revision }) => revision === 0);
    const found = await inbox.standing(begun.map(({ stream }) => eventLog.idOf(stream)));
    const unfinished = new Map([...found].filter(([, { finished }]) => !finished));
    await checkpoint.note(unfinished);
    // Some may have been finished before they were put on record.
    await checkpoint.note(await known.standing(unfinished.keys()));
    for (const [id, standing] of unfinished) if (isDriven(standing)) driven.drive(id);
    count += unfinished.size;
  }
  await checkpoint.foundUnfinished();
  const { name: processManager } = process;
  logger.info("unfinished instances were found in the log", { processManager, count });
}
