import { type Log, machine, Refusal } from "@headwater/core";
import { InputRefused } from "./input_refused.ts";
import type { Timer } from "./notice.ts";
import type { ParkedInputs } from "./parked_inputs.ts";
import type { Process } from "./process.ts";
import { mostAtOnce, type ProcessInbox } from "./process_inbox.ts";
import { mostDue, type ProcessRecords } from "./process_records.ts";
import { earliest, isDriven, type Standing, standingOf, storable } from "./standing.ts";

export type DueTimesOptions = {
  readonly process: Process;
  readonly inbox: ProcessInbox;
  readonly parked: ParkedInputs;
  readonly records: Pick<ProcessRecords, "due">;
  readonly logger: Log;
  readonly signal: AbortSignal;
  /** Of which instances it tells: others are told by another process. */
  slices(): readonly number[];
  /** Milliseconds since 1970: what was in the log by then has been heard; undefined: that is not known yet. */
  heardUntil(): number | undefined;
  /** Milliseconds since 1970. */
  now(): number;
  /** True for a step that still waits for its turn, whose patience has not begun. */
  isUnsent(id: string, step: string): boolean;
  /** Puts on record what became of them, and has them driven. `idle`: those that had nothing to do before. */
  became(instances: ReadonlyMap<string, Standing>, idle: ReadonlySet<string>): Promise<void>;
};

/** When an instance is told again of a time that it could not take. */
const againMs = 30_000;

/**
 * Tells instances that the times they wait for have come. None is told of a time before it has heard what was in the log
 * by then. Told twice has one effect, and who no longer waits for it learns nothing.
 */
export async function tellDue(options: DueTimesOptions): Promise<void> {
  const { records, became, heardUntil, slices, signal } = options;
  while (!signal.aborted) {
    const until = heardUntil();
    if (until === undefined || slices().length === 0) return;
    const ids = await records.due(new Date(until).toISOString(), slices());
    if (ids.length === 0) return;
    const places = new machine.Places(mostAtOnce);
    const told = new Map<string, Standing>();
    const idle = new Set<string>();
    const telling = await Promise.allSettled(ids.map((id) =>
      places.take(async () => {
        if (!signal.aborted) told.set(id, await tellOne(id, { ...options, until, idle }));
      })
    ));
    // By this they are due no longer
    await became(told, idle);
    const failed = telling.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
    if (ids.length < mostDue) return;
  }
}

/** Where it stands after all of its times that are due, each told once. */
async function tellOne(
  id: string,
  { process, inbox, parked, now, until, idle, logger, isUnsent }: DueTimesOptions & {
    readonly until: number;
    readonly idle: Set<string>;
  },
): Promise<Standing> {
  const again = new Date(now() + againMs).toISOString();
  const told = new Set<string>();
  let timer: Timer | undefined;
  let instance: Awaited<ReturnType<ProcessInbox["load"]>> | undefined;
  function untold(): readonly Timer[] {
    const timers = process.timers?.(instance?.state) ?? [];
    return timers.filter(({ name, step }) =>
      !told.has(name) && (step === undefined || !isUnsent(id, step))
    );
  }
  try {
    // Another process may have told it more than is known here
    instance = await inbox.load(id);
    if (instance.revision < 0) throw new InputRefused("the log has nothing of it");
    if (!isDriven(standingOf(process, instance))) idle.add(id);
    // It has to take an input first
    if (parked.isWaiting(id)) return { ...standingOf(process, instance), dueAt: again };
    while ((timer = nextOf(untold(), until))) {
      told.add(timer.name);
      const at = new Date(now()).toISOString();
      const { name, dueAt } = timer;
      await inbox.notice(id, { type: "TimerFired", timer: name, dueAt, at });
      instance = await inbox.recall(id);
    }
    const standing = standingOf(process, instance);
    const isStill = standing.dueAt !== undefined && Date.parse(standing.dueAt) <= until;
    if (!isStill) return standing;
    return { ...standing, dueAt: earliest([again, ...untold().map(({ dueAt }) => dueAt)]) };
  } catch (error) {
    if (!(error instanceof InputRefused) && !(error instanceof Refusal)) throw error;
    const cause = `Cannot take the time "${timer?.name ?? ""}": ${error.message}`;
    const ids = machine.logIds(instance?.last?.metadata ?? {});
    logger.error("process stuck", { processManager: process.name, id, ...ids, cause });
    const stands = instance ? standingOf(process, instance) : { finished: false };
    return { ...stands, dueAt: again, stuck: { by: "notice", cause: storable(cause) } };
  }
}

/** The earliest that is due. */
function nextOf(timers: readonly Timer[], until: number): Timer | undefined {
  return timers.filter(({ dueAt }) => Date.parse(dueAt) <= until)
    .toSorted((one, other) => Date.parse(one.dueAt) - Date.parse(other.dueAt)).at(0);
}
