import { type Log, machine, Refusal } from "@headwater/core";
import { InputRefused } from "./input_refused.ts";
import type { ParkedInputs } from "./parked_inputs.ts";
import type { Process } from "./process.ts";
import { type ActAnswer, type AskedAct, mostActs, type ProcessActs } from "./process_acts.ts";
import { mostAtOnce, type ProcessInbox } from "./process_inbox.ts";
import { isDriven, type Standing, standingOf } from "./standing.ts";

export type AskedActsOptions = {
  readonly process: Process;
  readonly inbox: ProcessInbox;
  readonly parked: ParkedInputs;
  readonly records: { readonly acts: ProcessActs };
  readonly logger: Log;
  readonly signal: AbortSignal;
  /** On which instances it takes acts: others are driven by another process. */
  slices(): readonly number[];
  /** Milliseconds since 1970. */
  now(): number;
  /** Puts on record what became of them, and has them driven. `idle`: those that had nothing to do before. */
  became(instances: ReadonlyMap<string, Standing>, idle: ReadonlySet<string>): Promise<void>;
};

/**
 * Does what operators have asked for, those of one instance in their order: of two at once, the second is decided on what
 * the first has led to. An act has one effect whenever this ends: what became of it is said after all else.
 */
export async function takeActs(options: AskedActsOptions): Promise<void> {
  const { records: { acts }, became, slices, signal } = options;
  for (;;) {
    if (slices().length === 0) return;
    const open = await acts.open(slices());
    if (open.length === 0 || signal.aborted) return;
    const answers: ActAnswer[] = [];
    const standings = new Map<string, Standing>();
    const idle = new Set<string>();
    const places = new machine.Places(mostAtOnce);
    const byInstance = Map.groupBy(open, ({ id }) => id);
    const taking = await Promise.allSettled(
      byInstance.entries().map(([id, asked]) =>
        places.take(async () => {
          for (const act of asked) {
            if (!signal.aborted) answers.push(await takeOne(act, { ...options, idle }));
          }
          const standing = await standingNow(id, options);
          if (standing) standings.set(id, standing);
        })
      ),
    );
    await became(standings, idle);
    if (answers.length > 0) await acts.answer(answers);
    const failed = taking.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
    if (open.length < mostActs) return;
  }
}

async function takeOne(
  { id, act, step, actId, actor, reason }: AskedAct,
  { process, inbox, parked, now, idle, logger }: AskedActsOptions & { readonly idle: Set<string> },
): Promise<ActAnswer> {
  const cannot = `Cannot ${act} "${id}"`;
  let fields = { processManager: process.name, id, act, step, actor, reason };
  try {
    const instance = await inbox.load(id);
    fields = { ...fields, ...machine.logIds(instance.last?.metadata ?? {}) };
    if (instance.revision < 0) throw new Refusal("saga-unknown", `${cannot}: it has not begun`);
    // What is resumed was sent before, and is as unknown as it was
    if (act === "resume") idle.delete(id);
    else if (!isDriven(standingOf(process, instance))) idle.add(id);
    if (parked.isWaiting(id)) {
      throw new Refusal(
        "saga-parked",
        `${cannot}: it waits for an input that it cannot take, which is tried again when its service starts`,
      );
    }
    const at = new Date(now()).toISOString();
    await inbox.notice(id, {
      ...{ type: "Operated", act, actId, actor, reason, at },
      ...(step !== undefined && { step }),
    });
    logger.info("an operator's act is done", fields);
    return { actId, outcome: "done" };
  } catch (error) {
    if (error instanceof Refusal) {
      return { actId, outcome: "refused", code: error.code, message: error.message };
    }
    if (!(error instanceof InputRefused)) throw error;
    logger.error("an operator's act cannot be taken", { ...fields, error });
    return {
      ...{ actId, outcome: "failed", code: "act-not-taken" },
      message: `${cannot}: its process cannot take that: ${error.message}`,
    };
  }
}

async function standingNow(
  id: string,
  { inbox, process }: AskedActsOptions,
): Promise<Standing | undefined> {
  try {
    const instance = await inbox.recall(id);
    return instance.revision < 0 ? undefined : standingOf(process, instance);
  } catch (error) {
    if (error instanceof InputRefused) return undefined;
    throw error;
  }
}
