import { Refusal } from "@headwater/core";
import type { Operated } from "@headwater/sagas";
import { type Act, answers, lateArrivals, refused, slowAnswers } from "./saga_answers.ts";
import { cancellationOf, endingsOf, eventOf, laterOf, partOf, type Stage } from "./saga_cast.ts";
import { crashed, heard, noticed, told } from "./saga_instance.ts";
import { isoOf, unitOf, type World } from "./saga_world.ts";

const mostCancellations = 2;
const mostCrashes = 3;

/** All that may happen now. */
export function actsOf(stage: Stage, world: World): readonly Act[] {
  const outstanding = stage.saga.outstanding(world.state)
    .map(({ name, round = 1 }) => ({ name, round }));
  return [
    ...outstanding.flatMap((command) => answers(stage, world, command)),
    ...world.lagging.flatMap((command) => lateArrivals(stage, world, command)),
    ...slowAnswers(stage, world),
    ...awaited(stage, world),
    ...hearings(stage, world),
    ...times(stage, world),
    ...operations(stage, world),
    ...outsides(stage, world),
    ...crashes(stage, world),
  ];
}

/** What is waited for without having been asked for. */
function awaited(stage: Stage, world: World): readonly Act[] {
  return Object.keys(world.state.open).flatMap((name): Act[] => {
    const part = partOf(stage.saga, name);
    if (part?.template.kind !== "await" || unitOf(world, part.unit) !== "none") return [];
    const happens: Act = {
      words: `${name} happens`,
      kind: "well",
      happen: () => told(stage, world, eventOf(stage, part, "done")),
    };
    if (part.template.refused.length === 0) return [happens];
    const command = { name, round: 1 };
    return [happens, {
      words: `${name} is refused by an event`,
      kind: "ill",
      happen: () => refused(stage, world, { command, part }),
    }];
  });
}

function hearings(stage: Stage, world: World): readonly Act[] {
  const acts = Object.entries(world.streams).flatMap(([stream, { told, heard: count }]): Act[] => {
    const next = told[count];
    if (!next) return [];
    const streams = { ...world.streams, [stream]: { told, heard: count + 1 } };
    return [{
      words: `${next.event.type} of ${stream} is heard`,
      kind: "well",
      happen: () => heard(stage, { ...world, streams }, next),
    }];
  });
  const again = world.crashes < mostCrashes ? world.untraced : [];
  return [
    ...acts,
    ...again.map((emitted): Act => ({
      words: `${emitted.event.type} of ${emitted.stream} is heard again after a crash`,
      kind: "ill",
      happen: () => heard(stage, crashed(stage, world), emitted),
    })),
  ];
}

function times(stage: Stage, world: World): readonly Act[] {
  const timers = stage.saga.timers?.(world.state) ?? [];
  const byTime = timers.toSorted((one, other) => one.dueAt.localeCompare(other.dueAt));
  return byTime.map(({ name: timer, dueAt }) => ({
    words: `it is time for ${timer.replace(/ [^ ]*$/, "")}`,
    kind: "time",
    happen: () => {
      const now = Math.max(world.now, Date.parse(dueAt));
      const at = isoOf(now);
      return noticed(stage, { ...world, now }, { type: "TimerFired", timer, dueAt, at });
    },
  }));
}

function operations(stage: Stage, world: World): readonly Act[] {
  const stuck = stage.saga.tells?.(world.state).stuck;
  function operated(act: Operated["act"], step?: string): World | undefined {
    try {
      const { now, acts } = world;
      return noticed(stage, { ...world, acts: acts + 1 }, {
        ...{ type: "Operated", act, actId: String(acts), actor: "ada", reason: "it is known" },
        at: isoOf(now),
        ...(step !== undefined && { step }),
      });
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }
  const ordered = operated("compensate");
  const compensate: Act[] = ordered
    ? [{
      words: "operators have it compensated",
      kind: stuck ? "operate" : "outside",
      happen: () => ordered,
    }]
    : [];
  if (!stuck) return compensate;
  const steps = Object.keys(world.state.open)
    .filter((name) => world.state.steps[name]?.stuck !== undefined);
  return [
    ...compensate,
    ...steps.flatMap((step) =>
      (["retry", "resume", "skip"] as const).map((act): Act => ({
        words: `operators ${act} ${step}`,
        kind: "operate",
        happen: () => operated(act, step) ?? { ...world, broken: `${act} ${step} is refused` },
      }))
    ),
  ];
}

/** What others do, and do not ask for. */
function outsides(stage: Stage, world: World): readonly Act[] {
  if (!world.state.started) return [];
  const later = [...stage.saga.definition.later.keys()].flatMap((name): Act[] => {
    const { after = [] } = stage.outside?.[name] ?? {};
    const may = after.every((step) =>
      unitOf(world, step) === "done" || world.happened.includes(step)
    );
    if (!may || world.happened.includes(name)) return [];
    return [{
      words: `${name} happens`,
      kind: "outside",
      happen: () =>
        told(stage, { ...world, happened: [...world.happened, name] }, laterOf(stage, name)),
    }];
  });
  const endings = endingsOf(stage).flatMap((ending): Act[] => {
    const what = `${ending.event.type} ends it`;
    return world.happened.includes(what) ? [] : [{
      words: what,
      kind: "outside",
      happen: () => told(stage, { ...world, happened: [...world.happened, what] }, ending),
    }];
  });
  const cancellation = cancellationOf(stage);
  const count = world.happened.filter((what) => what === "cancelled").length;
  if (!cancellation || isCalledOff(stage, world) || count >= mostCancellations) {
    return [...later, ...endings];
  }
  return [...later, ...endings, {
    words: "it is called off",
    kind: "outside",
    happen: () => {
      const { refuse } = stage.saga.definition;
      const units = refuse ? { ...world.units, [refuse.name]: "none" as const } : world.units;
      return told(
        stage,
        { ...world, units, happened: [...world.happened, "cancelled"] },
        cancellation,
      );
    },
  }];
}

/** By whoever it was, and it was not told that it is too late. */
function isCalledOff({ saga }: Stage, world: World): boolean {
  const { first, refuse } = saga.definition;
  if (refuse && unitOf(world, refuse.name) === "done") return false;
  return world.happened.includes("cancelled") ||
    first.some(({ name }) => unitOf(world, name) === "done");
}

function crashes(stage: Stage, world: World): readonly Act[] {
  return world.crashes < mostCrashes && world.noted.length > 0
    ? [{ words: "the process crashes", kind: "ill", happen: () => crashed(stage, world) }]
    : [];
}
