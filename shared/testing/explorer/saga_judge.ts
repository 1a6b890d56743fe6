import type { DomainEvent } from "@headwater/core";
import type { SagaEvent, StepAnswered } from "@headwater/sagas";
import { partOf, type Stage } from "./saga_cast.ts";
import { isoOf, type Judged, type World } from "./saga_world.ts";

/** The world with what must not be, if it is. */
export function judge(
  stage: Stage,
  { before, after, events }: {
    readonly before: World;
    readonly after: World;
    readonly events: readonly DomainEvent[];
  },
): World {
  const outstanding = stage.saga.outstanding(after.state);
  const open = Object.keys(before.state.open);
  let judged = events.reduce(
    (judged, event) => read(judged, { event: event as unknown as SagaEvent, open, stage }),
    before.judged,
  );
  const problems: string[] = [];
  for (const { name, round = 1, command } of outstanding) {
    const key = `${name}#${round}`;
    const said = JSON.stringify(command);
    const { [key]: earlier = said } = judged.commands;
    if (earlier !== said) problems.push(`${key} is two commands under one id`);
    if (judged.settled.includes(key)) {
      problems.push(`${key} is sent again though it was done, under the id that it had then`);
    }
    if (name === judged.plan?.refuse && !judged.isCalledOff) {
      problems.push(`${name} is sent, and nobody has called it off`);
    }
    judged = { ...judged, commands: { ...judged.commands, [key]: said } };
    problems.push(...objectionsTo(stage, { judged, name }));
  }
  const tells = stage.saga.tells?.(after.state);
  if (tells?.stuck && stage.saga.finished(after.state)) problems.push("it is finished and stuck");
  problems.push(...staleness(stage, { before, after }));
  const [broken] = problems;
  return { ...after, judged, ...(broken !== undefined && { broken }) };
}

function objectionsTo(
  { saga }: Stage,
  { judged, name }: { readonly judged: Judged; readonly name: string },
): readonly string[] {
  const part = partOf(saga, name);
  if (!part?.isUndo) return [];
  const { unit } = part;
  const { standing, doubtful, isPivoted, awaited } = judged;
  if (isPivoted) return [`${name} undoes ${unit} after there was no way back`];
  const [waiting] = awaited;
  if (waiting !== undefined) return [`${name} is sent while ${waiting} is under way`];
  if (doubtful.includes(unit)) return [];
  if (!standing.includes(unit)) return [`${name} undoes ${unit}, which does not stand`];
  const later = standing.slice(standing.indexOf(unit) + 1)
    .find((other) => !areBeside(judged, [unit, other]));
  return later === undefined
    ? []
    : [`${name} undoes ${unit} before ${later}, which was done later`];
}

/** They are undone side by side. */
function areBeside({ plan }: Judged, both: readonly string[]): boolean {
  return plan?.groups.some((group) =>
    both.every((name) => group.some(({ step, alone }) => step === name && !alone))
  ) ?? false;
}

function read(
  judged: Judged,
  { event, open, stage }: {
    readonly event: SagaEvent;
    readonly open: readonly string[];
    readonly stage: Stage;
  },
): Judged {
  const settled = (step: string) => ({
    ...judged,
    awaited: judged.awaited.filter((other) => other !== step),
    settled: [...judged.settled, ...lastOf(judged, step)],
  });
  switch (event.type) {
    case "SagaStarted":
      return { ...judged, plan: event.data.plan };
    case "SagaMigrated":
      return { ...judged, plan: event.data.plan };
    case "StepDone":
    case "StepSkipped": {
      const { step } = event.data;
      const part = partOf(stage.saga, step);
      const standing = judged.standing.filter((other) => other !== part?.unit);
      const doubtful = judged.doubtful.filter((other) => other !== part?.unit);
      const next = { ...settled(step), doubtful };
      const skipped = event.type === "StepSkipped" ? [...judged.skipped, step] : judged.skipped;
      if (part?.template.kind === "pivot" && event.type === "StepDone") {
        return goesBackStill(stage, judged) ? next : { ...next, goesBack: false, isPivoted: true };
      }
      if (part?.isUndo || !part?.template.undo || event.type === "StepSkipped") {
        const stays = part?.isUndo ? standing : judged.standing;
        const isPassed = part?.template.kind === "pivot" && !judged.goesBack;
        return { ...next, skipped, standing: stays, isPivoted: judged.isPivoted || isPassed };
      }
      const isLate = judged.doubtful.includes(step);
      const anew = part.template.undo.name + step.slice(part.template.name.length);
      return {
        ...next,
        standing: [...standing, step],
        ...(isLate && { retried: [...judged.retried, anew] }),
      };
    }
    case "StepRefused": {
      const { step } = event.data;
      const part = partOf(stage.saga, step);
      const next = { ...settled(step), settled: judged.settled };
      return part?.isUndo || judged.goesBack ? next : turned(next, { stage, open, but: step });
    }
    case "StepRetried":
    case "StepResumed": {
      const { step } = event.data;
      // What was done too late is theirs from then on
      const isPivot = partOf(stage.saga, step)?.template.kind === "pivot" && judged.goesBack;
      const retried = event.type === "StepRetried" ? [`${step}#${event.data.round}`] : [];
      return {
        ...judged,
        retried: [...judged.retried, ...retried],
        skipped: isPivot ? [...judged.skipped, step] : judged.skipped,
      };
    }
    case "CancellationHeard": {
      const next = { ...judged, isCalledOff: true };
      if (judged.isPivoted || judged.goesBack) return next;
      return { ...turned(next, { stage, open }), awaited: [], isCancelled: true };
    }
    case "SagaEnded":
      return { ...judged, isEnded: true };
    case "SagaTimedOut":
      return judged.goesBack ? judged : turned(judged, { stage, open });
    case "CompensationOrdered":
      return { ...judged, goesBack: true, isCancelled: false, doubtful: [...open] };
    case "CancellationRefused":
      return { ...judged, goesBack: false, awaited: [], isPivoted: true, isRefused: true };
    case "EventHeard": {
      const isPivot = judged.plan?.later.some(({ name, isPivot }) =>
        isPivot && name === event.data.name
      );
      return isPivot && !judged.goesBack ? { ...judged, isPivoted: true } : judged;
    }
    default:
      return judged;
  }
}

/** The command by which it was sent last. */
function lastOf({ commands }: Judged, step: string): readonly string[] {
  return Object.keys(commands).filter((key) => key.slice(0, key.lastIndexOf("#")) === step)
    .slice(-1);
}

/** It has begun to undo: what cannot be undone and was done nonetheless does not turn it any more. */
function goesBackStill({ saga }: Stage, { goesBack, commands }: Judged): boolean {
  const { first, last } = saga.definition;
  return goesBack && Object.keys(commands).some((key) => {
    const name = key.slice(0, key.lastIndexOf("#"));
    return partOf(saga, name)?.isUndo || [...first, ...last].some((step) => step.name === name);
  });
}

function turned(
  judged: Judged,
  { stage, open, but }: {
    readonly stage: Stage;
    readonly open: readonly string[];
    readonly but?: string;
  },
): Judged {
  const awaited = open.filter((name) => {
    const part = partOf(stage.saga, name);
    return name !== but && part !== undefined && !part.isUndo && part.template.does !== undefined;
  });
  return { ...judged, goesBack: true, isCancelled: false, awaited };
}

/** What is waited for no more must lead to nothing when it comes nonetheless. */
function staleness(
  { saga }: Stage,
  { before, after }: { readonly before: World; readonly after: World },
): readonly string[] {
  const timers = new Set(saga.timers?.(after.state).map(({ name }) => name));
  const revoked = saga.timers?.(before.state).filter(({ name }) => !timers.has(name)) ?? [];
  const stale = revoked.filter(({ name: timer, dueAt }) => {
    const at = isoOf(Math.max(after.now, Date.parse(dueAt)));
    return saga.notice?.({ type: "TimerFired", timer, dueAt, at }, after.state).length !== 0;
  });
  const answered = saga.outstanding(before.state).filter(({ name, round = 1 }) => {
    const { open, steps } = after.state;
    if (Object.hasOwn(open, name) && steps[name]?.round === round) return false;
    if (Object.hasOwn(open, name) && steps[name] === undefined) return false;
    const outcomes: readonly StepAnswered["outcome"][] = ["refused", "failed", "unknown"];
    return outcomes.some((outcome) => {
      const answer = { step: name, round, outcome, code: "late", reason: "late" };
      const notice = { type: "StepAnswered" as const, ...answer, at: isoOf(after.now) };
      return saga.notice?.(notice, after.state).length !== 0;
    });
  });
  return [
    ...stale.map(({ name }) => `timer ${name} is revoked, and has an effect`),
    ...answered.map(({ name, round }) => `${name}#${round} is over, and its answer has an effect`),
  ];
}
