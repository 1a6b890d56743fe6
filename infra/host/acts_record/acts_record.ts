import { derivedId, type EventLog, eventLog, fingerprint, Refusal } from "@headwater/core";
import {
  type BegunAct,
  type EndedAct,
  type OperatorsActEvent,
  operatorsActEvents,
} from "./act_events.ts";
import { actsStream, type ActSubject, lastActs, type RecordedAct } from "./read_acts.ts";

/** Where the record stands. */
export type ActsStanding = {
  /** Of its last event; null: nobody has acted yet. */
  readonly revision: number | null;
  /** What was done to the subject of late, newest first. */
  readonly acts: readonly RecordedAct[];
};

/**
 * A record of acts: who did what to what, when, why, and what came of it.
 * @internal
 */
export interface ActsRecord {
  standing(subject: ActSubject): Promise<ActsStanding>;
  /**
   * Puts on record that an act begins, if none was begun on the same subject after that revision. The same `attempt` may
   * be repeated.
   *
   * Errors: `Refusal` with `act-outdated`; those of the log. The act must not be done then.
   */
  begin(
    act: BegunAct,
    options: { readonly after: number | null; readonly attempt: string },
  ): Promise<void>;
  /** Puts on record what came of it, once. */
  end(act: EndedAct, options: { readonly actor: string }): Promise<void>;
}

/** How often something is put on record where others do the same. */
const mostTries = 50;

/** The record of acts in a log. */
export function actsRecord(log: Pick<EventLog, "append" | "read">): ActsRecord {
  async function append(
    event: eventLog.NewEvent,
    { after, assertStill }: {
      /** Null: the stream is not there. */
      readonly after: number | null;
      /** What was put on record meanwhile. Throws where the event must not be; true: it is there. */
      assertStill(): Promise<boolean>;
    },
  ): Promise<void> {
    let expected = after;
    for (let tries = 1;; tries++) {
      try {
        await log.append(actsStream, [event], { expected: expected ?? "no-stream" });
        return;
      } catch (error) {
        if (!(error instanceof eventLog.RevisionConflict) || tries === mostTries) throw error;
        if (await assertStill()) return;
        expected = error.actual ?? null;
      }
    }
  }
  return {
    async standing(subject) {
      const { revision, acts } = await lastActs(log);
      return { revision, acts: acts.filter((act) => isOn(act, subject)) };
    },
    async begin(act, { after, attempt }) {
      // Not of the act alone: of two attempts at once one must lose
      const id = derivedId(act.actId, "begun", attempt);
      const event = eventOf({ type: "OperatorsActBegun", data: act }, { id, actor: act.actor });
      await append(event, {
        after,
        async assertStill() {
          const { acts } = await lastActs(log);
          const others = acts.filter((other) => isOn(other, act));
          if (others.some((other) => other.id === id)) return true;
          const first = others.find(({ revision }) => revision > (after ?? -1));
          if (first) throw outdated(act, first);
          return false;
        },
      });
    },
    async end(act, { actor }) {
      const id = derivedId(act.actId, "ended");
      const event = eventOf({ type: "OperatorsActEnded", data: act }, { id, actor });
      const isThere = (acts: readonly RecordedAct[]) =>
        acts.some(({ actId, ended }) => actId === act.actId && ended);
      const { revision, acts } = await lastActs(log);
      if (isThere(acts)) return;
      await append(event, {
        after: revision,
        assertStill: async () => isThere((await lastActs(log)).acts),
      });
    },
  };
}

function isOn(act: ActSubject, { engine, subject }: ActSubject): boolean {
  return act.engine === engine && act.subject === subject;
}

/** What is refused because of somebody else, with what that was. */
export function outdated(
  act: NamedActOn,
  other: RecordedAct | undefined,
): Refusal {
  const cause = other ? saidOf(other) : "it is not as you saw it any more";
  return new Refusal("act-outdated", `${cannot(act)}: ${cause}: look again before you act`);
}

type NamedActOn = ActSubject & { readonly act: string };

/** `Cannot retry "7f"`, `Cannot do "projections letters retry" to "letters 7f"`. */
export function cannot({ act, engine, subject }: NamedActOn): string {
  if (subject === null) return `Cannot do "${engine} ${act}"`;
  const isVerb = !act.includes(" ");
  return isVerb ? `Cannot ${act} "${subject}"` : `Cannot do "${engine} ${act}" to "${subject}"`;
}

/** `anna began "retry" at 2026-11-28T12:00:00.000Z because "the shop is open" (done)`. */
function saidOf({ actor, act, reason, at, ended }: RecordedAct): string {
  const why = reason === null ? "" : ` because "${reason}"`;
  const end = ended ? ended.outcome.replace("-", " ") : "not ended yet";
  return `${actor} began "${act}" at ${at}${why} (${end})`;
}

function eventOf(
  event: OperatorsActEvent,
  { id, actor }: { readonly id: string; readonly actor: string },
): eventLog.NewEvent {
  const { type, data, schemaVersion } = operatorsActEvents.encode(event);
  const { actId } = event.data;
  return {
    id,
    type,
    data,
    metadata: {
      $correlationId: actId,
      $causationId: actId,
      commandId: actId,
      commandHash: fingerprint(data),
      schemaVersion,
      actor,
    },
  };
}
