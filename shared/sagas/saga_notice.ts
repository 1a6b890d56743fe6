import { Refusal } from "@headwater/core";
import type { Notice, Operated, StepAnswered, TimerFired } from "./notice.ts";
import type { CompiledSaga } from "./saga_definition.ts";
import type { SagaEvent } from "./saga_events.ts";
import { mayBeRefused, sagaTimer, stepOfTimer, templateOf, timersOf } from "./saga_plan.ts";
import { done, refusal, stuck } from "./saga_react.ts";
import { heldOf, plannedStep, type SagaState, stepState, todoOf, undoneBy } from "./saga_state.ts";

/** What an instance notes on what it is told, without its key. Errors: `Refusal` of acts that its state does not allow. */
export function noticeSaga(
  saga: CompiledSaga,
  notice: Notice,
  state: SagaState,
): readonly SagaEvent[] {
  switch (notice.type) {
    case "StepAnswered":
      return answered(saga, notice, state);
    case "TimerFired":
      return fired(saga, notice, state);
    case "Operated":
      return operated(notice, state);
  }
}

function answered(
  saga: CompiledSaga,
  { step, round, outcome, code, reason, at }: StepAnswered,
  state: SagaState,
): readonly SagaEvent[] {
  const { round: current, status } = stepState(state, step);
  if (!Object.hasOwn(state.open, step) || current !== round || status === "done") return [];
  const answer = { step, at };
  const isNothing = outcome === "refused" &&
    templateOf(saga, step)?.nothing.includes(code) === true;
  if (outcome === "done" || isNothing) return done(state, answer);
  if (outcome === "unknown") return stuck({ ...answer, reason });
  return mayBeRefused(state, step)
    ? refusal(state, { ...answer, reason: code })
    : stuck({ ...answer, reason });
}

function fired(
  saga: CompiledSaga,
  { timer, at }: TimerFired,
  state: SagaState,
): readonly SagaEvent[] {
  const isDue = timersOf(saga, state).some(({ name, dueAt }) => name === timer && dueAt <= at);
  if (!isDue) return [];
  if (timer === sagaTimer) return [{ type: "SagaTimedOut", data: { reason: "timed-out", at } }];
  const step = stepOfTimer(timer);
  const kind = plannedStep(state, step)?.kind;
  if (kind === "after") return done(state, { step, at });
  if (kind === "await") return refusal(state, { step, at, reason: "timed-out" });
  const { attempts = 0, withinMs = 0 } = templateOf(saga, step) ?? {};
  const timeouts = stepState(state, step).timeouts + 1;
  if (timeouts < attempts) return [{ type: "StepTimedOut", data: { step, at } }];
  const reason = `no-answer: none in ${withinMs} ms, ${timeouts} times`;
  return stuck({ step, at, reason });
}

function operated(
  { act, step: wanted, actor, reason, at }: Operated,
  state: SagaState,
): readonly SagaEvent[] {
  const open = Object.keys(state.open);
  const held = heldOf(state);
  const acting = { actor, reason, at };
  switch (act) {
    case "retry":
    case "resume": {
      const steps = held.filter((step) => wanted === undefined || step === wanted);
      if (steps.length === 0) {
        throw refused(state, { act, needs: `${wanted ?? "a step"} to be stuck` });
      }
      return steps.map((step) =>
        act === "retry"
          ? {
            type: "StepRetried",
            data: { ...acting, step, round: stepState(state, step).round + 1 },
          }
          : { type: "StepResumed", data: { ...acting, step } }
      );
    }
    case "skip": {
      const [only, ...others] = held.length > 0 ? held : open;
      const step = wanted ?? (others.length === 0 ? only : undefined);
      if (step === undefined || !open.includes(step)) {
        const needs = open.length === 0 ? "a step to be outstanding" : `one of ${open.join(", ")}`;
        throw refused(state, { act, needs });
      }
      const compensates = undoneBy(state, step)?.step;
      const data = { ...acting, step, ...(compensates !== undefined && { compensates }) };
      return [{ type: "StepSkipped", data }];
    }
    case "compensate": {
      if (state.direction === "compensating" || state.isPivoted || !state.started) {
        throw refused(state, { act, needs: "it to be on its way, or done, before its pivot" });
      }
      return [{ type: "CompensationOrdered", data: acting }];
    }
  }
}

function refused(
  state: SagaState,
  { act, needs }: { readonly act: string; readonly needs: string },
): Refusal {
  const { id } = state.started ?? { id: "?" };
  const [held] = heldOf(state);
  const isOver = todoOf(state).length === 0;
  const way = state.isPivoted && state.direction === "forward" ? "past its pivot" : state.direction;
  const is = !state.started
    ? "not started"
    : isOver
    ? `done (${way})`
    : held
    ? `stuck at ${held} (${way})`
    : way;
  return new Refusal(
    "saga-not-in-state",
    `Cannot ${act} "${id}": it is ${is}, this needs ${needs}`,
  );
}
