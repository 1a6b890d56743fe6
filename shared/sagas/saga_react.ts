import type { DomainEvent } from "@headwater/core";
import { isMeant } from "./participant.ts";
import type { CompiledSaga, Role } from "./saga_definition.ts";
import type { SagaEvent } from "./saga_events.ts";
import { mayBeRefused, planOf } from "./saga_plan.ts";
import { plannedStep, type SagaState, stepState, undoneBy } from "./saga_state.ts";
import { evolveSaga, isCalledBack, isTooLate } from "./evolve_saga.ts";

/** An answer, for one step. */
type Answer = { readonly step: string; readonly at: string };

/** What an instance notes on an event of the log, without its key. */
export function reactSaga(
  saga: CompiledSaga,
  { input, at, startOf }: {
    readonly input: DomainEvent;
    readonly at: string;
    startOf(data: unknown): unknown;
  },
  before: SagaState,
): readonly SagaEvent[] {
  const events: SagaEvent[] = [];
  const strays: SagaEvent[] = [];
  let state = before;
  const meant = (saga.roles.get(input.type) ?? []).filter(({ ref }) => isMeant(ref, input.data));
  for (const role of meant) {
    const noted = notedOn(role);
    events.push(...noted);
    // Nobody asks for what becomes of it after the last one
    if (role === meant.at(-1)) break;
    state = noted.reduce((so, event) => evolveSaga(saga, so, event), state);
  }
  // What has another meaning as well happens without its being an answer
  const isAnswer = meant.every(({ type }) => type === "done" || type === "refused");
  return events.length > 0 || !isAnswer ? events : strays.slice(0, 1);

  function notedOn(role: Role): readonly SagaEvent[] {
    switch (role.type) {
      case "start": {
        if (state.started) return [];
        const start = startOf(input.data);
        const { version } = saga;
        return [{ type: "SagaStarted", data: { version, at, start, plan: planOf(saga, start) } }];
      }
      case "cancel": {
        if (!state.started || state.direction === "compensating") return [];
        const reason = textOf(input, "reason") ?? "cancelled";
        const data = { reason, at };
        const heard: SagaEvent = { type: "CancellationHeard", data };
        return state.isPivoted ? [heard, { type: "CancellationRefused", data }] : [heard];
      }
      case "end": {
        const isOnItsWay = state.started && state.direction === "forward" && !state.isEnded;
        return isOnItsWay ? [{ type: "SagaEnded", data: { at } }] : [];
      }
      case "later": {
        const { name } = role;
        const isNews = state.started && !state.heard.includes(name);
        return isNews ? [{ type: "EventHeard", data: { name, at } }] : [];
      }
      case "done":
      case "refused": {
        const { type: outcome, by, step: { name }, ref } = role;
        const step = by === undefined ? name : `${name}:${textOf(input, by)}`;
        if (!isAwaited(state, { step, outcome })) {
          strays.push({ type: "AnswerHeard", data: { step, at, type: input.type, outcome } });
          return [];
        }
        if (outcome === "refused") {
          return refusal(state, { step, at, reason: textOf(input, "reason") ?? input.type });
        }
        return done(state, { step, at, result: ref.keeps?.(input.data) });
      }
    }
  }
}

/** True while this answer changes something. */
function isAwaited(
  state: SagaState,
  { step, outcome }: { readonly step: string; readonly outcome: "done" | "refused" },
): boolean {
  const { status } = stepState(state, step);
  if (Object.hasOwn(state.open, step)) return status !== "done";
  const { plan } = state.started ?? {};
  // It was given up, and was never done
  if (!plan || outcome === "refused") return status === "left";
  // Before its turn, or after it was given up or undone: then it is undone once more
  if (plannedStep(state, step)) return status !== "done";
  if (state.direction === "forward") return false;
  const undone = undoneBy(state, step);
  if (undone) return state.standing.includes(undone.step);
  return status === undefined && [...plan.first, ...plan.last].includes(step);
}

/** A step was done. */
export function done(
  state: SagaState,
  { step, at, result }: Answer & { readonly result?: unknown },
): readonly SagaEvent[] {
  const compensates = undoneBy(state, step)?.step;
  const isPivot = plannedStep(state, step)?.kind === "pivot";
  const { cause, direction } = state;
  const isTooLateNow = isTooLate(state, step);
  const isLate = isPivot && direction === "compensating" && cause?.isCancelled === true &&
    !isTooLateNow;
  return [
    {
      type: "StepDone",
      data: {
        ...{ step, at },
        ...(compensates !== undefined && { compensates }),
        ...(result !== undefined && { result: JSON.stringify(result) }),
      },
    },
    ...(isLate
      ? [{ type: "CancellationRefused", data: { reason: cause.reason, at } } as const]
      : []),
    ...(isTooLateNow
      ? stuck({ step, at, reason: "done-too-late: others were being undone, it cannot be" })
      : []),
  ];
}

/** A step was not done, and will not be. */
export function refusal(
  state: SagaState,
  { step, at, reason }: Answer & { readonly reason: string },
): readonly SagaEvent[] {
  const refused: SagaEvent = { type: "StepRefused", data: { step, at, reason } };
  if (isCalledBack(state, step)) {
    const told = state.cause?.reason ?? reason;
    return [refused, { type: "CancellationRefused", data: { reason: told, at } }];
  }
  const mayGoBack = state.direction === "compensating" || !state.isPivoted;
  return mayGoBack && mayBeRefused(state, step) ? [refused] : stuck({ step, at, reason });
}

/** A step cannot go on without operators. */
export function stuck({ step, at, reason }: Answer & { readonly reason: string }): SagaEvent[] {
  return [{ type: "StepStuck", data: { step, at, reason } }];
}

function textOf({ data }: DomainEvent, field: string): string | undefined {
  const value = (data as Readonly<Record<string, unknown>>)[field];
  return value === undefined ? undefined : String(value);
}
