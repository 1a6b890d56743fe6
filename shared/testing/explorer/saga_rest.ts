import { actsOf } from "./saga_acts.ts";
import { partOf, type Stage } from "./saga_cast.ts";
import { keyOf, unitOf, type World } from "./saga_world.ts";

/** What is wrong where nothing more happens by itself; undefined: nothing. */
function wrongAtRest(stage: Stage, world: World): string | undefined {
  const { saga } = stage;
  const { state, judged } = world;
  const stuck = saga.tells?.(state).stuck;
  const isFinished = saga.finished(state);
  if (!isFinished) {
    if (stuck) return undefined;
    const open = Object.keys(state.open).join(", ");
    return `it rests, and is neither finished nor stuck: ${open || "nothing"} is to be done`;
  }
  const { plan, goesBack, skipped, isEnded } = judged;
  if (!plan) return "it rests, and has never begun";
  const heard = plan.later.filter(({ name }) => state.heard.includes(name));
  const groups = [...plan.groups, ...heard.flatMap(({ groups }) => groups)];
  for (const { step, undo } of groups.flat()) {
    const part = partOf(saga, step);
    if (!part || part.template.kind === "after") continue;
    if (skipped.includes(step) || undo !== undefined && skipped.includes(undo)) continue;
    const isDone = unitOf(world, step) === "done";
    if (!goesBack && !isDone && !isEnded) return `it is finished, and ${step} was not done`;
    if (goesBack && isDone && undo !== undefined) {
      return `it has gone back, and ${step} was done and not undone`;
    }
    if (goesBack && isDone && part.template.kind === "pivot") {
      return `it has gone back, though ${step} was done`;
    }
  }
  const after = goesBack ? [...(judged.isCancelled ? [] : plan.first), ...plan.last] : [];
  const missing = after.find((step) => unitOf(world, step) !== "done" && !skipped.includes(step));
  if (missing !== undefined) return `it has gone back, and ${missing} was not done`;
  const isUntold = !goesBack && plan.refuse !== undefined && judged.isRefused &&
    unitOf(world, plan.refuse) !== "done" && !skipped.includes(plan.refuse);
  return isUntold ? `it could not be called off, and ${plan.refuse} was not done` : undefined;
}

/** What an observer would call the same: what is stored of it, and what is under way. */
export function identityOf(world: World): string {
  const {
    state,
    units,
    taken,
    streams,
    lagging,
    answers,
    happened,
    judged,
    untraced,
    crashes,
    acts,
  } = world;
  const stripped = { ...state, started: undefined, open: Object.keys(state.open) };
  const told = Object.entries(streams).toSorted()
    .map(([stream, { told, heard }]) => [stream, told.slice(heard).map(({ event }) => event)]);
  return JSON.stringify([
    ...[stripped, Object.entries(units).toSorted(), taken.toSorted(), told],
    ...[lagging.map(keyOf).toSorted(), happened, answers, untraced.length, crashes, acts],
    ...[judged.standing, judged.awaited, judged.doubtful, judged.skipped],
  ]);
}

const mostActs = 1_000;

/**
 * What happens when nothing goes wrong any more, and operators free what is stuck, until nothing is left to happen; or
 * what is wrong then. `choose`: which of several comes next.
 */
export function broughtToRest(
  stage: Stage,
  begun: World,
  { choose, happens }: {
    choose(count: number): number;
    happens(words: string, world: World): void;
  },
): string | undefined {
  let world = begun;
  let operated = 0;
  for (let count = 0; count < mostActs; count++) {
    const acts = actsOf(stage, world);
    const well = acts.filter(({ kind }) => kind === "well");
    const time = acts.find(({ kind }) => kind === "time");
    const operate = acts.filter(({ kind }) => kind === "operate");
    let act = well.length > 0 ? well[choose(well.length)] : time;
    if (!act) {
      const wrong = wrongAtRest(stage, world);
      if (wrong !== undefined || operate.length === 0) return wrong;
      operated++;
      // In the end operators know what they do
      const skip = operate.find(({ words }) => words.includes(" skip "));
      act = operated > 4 ? skip : operate[choose(operate.length)];
    }
    if (!act) return "it is stuck, and no act of operators frees it";
    world = act.happen();
    happens(act.words, world);
    if (world.broken !== undefined) return world.broken;
  }
  return `it does not come to rest in ${mostActs} acts`;
}
