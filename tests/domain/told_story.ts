import type { DomainEvent } from "@headwater/core";
import type { Notice, Operated, Saga, StepAnswered } from "@headwater/sagas";
import { type Moment, notes, standOf, type Tidings } from "./saga_history.ts";

/** What happens to an instance: an event of the log, or one of these. */
export type Happening =
  | DomainEvent
  /** Time passes; it is told of what is due by then. */
  | { readonly waits: number }
  /** An answer that no event tells. */
  | { readonly answer: StepAnswered["outcome"]; readonly to: string; readonly code?: string }
  | { readonly operator: Operated["act"]; readonly step?: string }
  /** All that it wants done is done, the first of it first, until it wants nothing. */
  | { readonly done: (step: string) => DomainEvent };

const beginMs = Date.parse("2026-01-01T00:00:00.000Z");
const mostDone = 50;

/** Has one instance live through these: a second passes before each event. Its history has a line for whatever it was told. */
export function toldStory(saga: Saga, happenings: readonly Happening[]): readonly Moment[] {
  const moments: Moment[] = [];
  let state = saga.initialState;
  let now = beginMs;

  function tell(told: Tidings): void {
    const noted = notes(saga, { state, told });
    state = noted.reduce(saga.evolve, state);
    moments.push({
      ...{ told, noted: noted.map((event) => saga.events.encode(event)) },
      ...standOf(saga, state),
    });
  }
  function at(): string {
    return new Date(now).toISOString();
  }
  function hear(heard: DomainEvent): void {
    now += 1_000;
    tell({ heard, at: at() });
  }
  function notice(notice: Notice): void {
    tell({ notice });
  }
  for (const happening of happenings) {
    if ("type" in happening) hear(happening);
    else if ("waits" in happening) {
      now += happening.waits;
      const due = (saga.timers?.(state) ?? []).filter(({ dueAt }) => dueAt <= at());
      for (const { name: timer, dueAt } of due) {
        notice({ type: "TimerFired", timer, dueAt, at: at() });
      }
    } else if ("answer" in happening) {
      const { answer: outcome, to: step, code = "test-answer" } = happening;
      const { round = 1 } = saga.outstanding(state).find(({ name }) => name === step) ?? {};
      const reason = `${code}: so it is`;
      notice({ type: "StepAnswered", step, round, outcome, code, reason, at: at() });
    } else if ("operator" in happening) {
      const { operator: act, ...step } = happening;
      const by = { actId: `act-${moments.length}`, actor: "ada", reason: "it is known" };
      notice({ type: "Operated", act, ...step, ...by, at: at() });
    } else {
      for (let count = 0; saga.outstanding(state).length > 0; count++) {
        if (count > mostDone) throw new Error("Cannot end the story: it goes round in circles");
        hear(happening.done(saga.outstanding(state)[0]!.name));
      }
    }
  }
  return moments;
}
