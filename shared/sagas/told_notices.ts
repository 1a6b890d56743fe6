import { type AskedActsOptions, takeActs } from "./asked_acts.ts";
import type { time } from "@headwater/core";
import type { DrivenInstances } from "./driven_instances.ts";
import { type DueTimesOptions, tellDue } from "./due_times.ts";
import { refusing } from "./input_refused.ts";
import type { LaterRecords } from "./later_records.ts";
import { lookRepeatedly } from "./repeated_look.ts";
import type { ProcessRecords } from "./process_records.ts";
import type { Standing } from "./standing.ts";

export type ToldNoticesOptions =
  & Omit<
    DueTimesOptions & AskedActsOptions,
    "became" | "isUnsent"
  >
  & {
    readonly driven: DrivenInstances;
    readonly later: LaterRecords;
    readonly records: Pick<ProcessRecords, "acts" | "due" | "news">;
    readonly clock: time.Clock;
    /** Told why nobody can be told; undefined: all are. */
    troubled(trouble: unknown): void;
  };

/** Tells instances that their times have come, and what operators do to them, until the signal aborts. */
export async function tellNotices(given: ToldNoticesOptions): Promise<void> {
  const { driven, later, records, heardUntil, slices, process: { notice, timers } } = given;
  if (!notice && !timers) return;
  const options = {
    ...given,
    process: refusing(given.process),
    isUnsent: (id: string, step: string) => driven.isUnsent(id, step),
    async became(instances: ReadonlyMap<string, Standing>, idle: ReadonlySet<string>) {
      later.note(instances);
      // What they have to do now, nobody can have begun
      for (const one of instances) driven.look(new Map([one]), { isFresh: idle.has(one[0]) });
      await later.flush();
    },
  };
  await lookRepeatedly(async () => {
    // Before it has heard what it missed, it knows of nobody how he is
    const until = heardUntil();
    if (until === undefined || slices().length === 0) return;
    const { areActsOpen, areTimesDue } = await records.news(
      new Date(until).toISOString(),
      slices(),
    );
    if (notice && areActsOpen) await takeActs(options);
    if (timers && areTimesDue) await tellDue(options);
  }, options);
}
