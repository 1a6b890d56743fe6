import type { StepAnswered } from "@headwater/sagas";
import { eventOf, type Part, partOf, type Stage } from "./saga_cast.ts";
import { noticed, told } from "./saga_instance.ts";
import { type Command, isoOf, keyOf, unitOf, type World } from "./saga_world.ts";

/** Something that may happen now, in words that name it when it is replayed. */
export type Act = {
  readonly words: string;
  /**
   * `well`: what happens where nothing goes wrong. `time`: it passes. `operate`: operators act on what is stuck. `outside`:
   * others do what nobody asked them for. `ill`: all that may go wrong.
   */
  readonly kind: "well" | "time" | "operate" | "outside" | "ill";
  /** The world after it. */
  happen(): World;
};

const mostLagging = 2;
const noAnswer = { outcome: "unknown" as const, code: "no-answer" };

/** What may become of a command that is sent now. */
export function answers(stage: Stage, world: World, command: Command): readonly Act[] {
  const part = partOf(stage.saga, command.name);
  if (!part) return [];
  const key = keyOf(command);
  const acts: Act[] = [];
  function act(words: string, kind: Act["kind"], happen: () => World): void {
    acts.push({ words: `${key} ${words}`, kind, happen });
  }
  function answer(world: World, answer: Pick<StepAnswered, "outcome" | "code">): World {
    return answered(stage, world, { ...command, ...answer });
  }
  function slowly(
    words: string,
    answered: Pick<StepAnswered, "outcome" | "code">,
    world: World,
  ): void {
    act(words, "ill", () => answer(world, answered));
    if (world.answers.length >= mostLagging) return;
    act(`${words}, which takes long`, "ill", () => ({
      ...world,
      answers: [...world.answers, { ...command, ...answered }],
    }));
  }
  const unit = unitOf(world, part.unit);
  const isThere = part.isUndo ? unit === "undone" : unit === "done";
  if (!world.taken.includes(key)) {
    if (!isBarred(stage, world, part)) {
      act("is done", "well", () => done(stage, world, { command, part }));
      act(
        "is done, and its answer is lost",
        "ill",
        () => answer(done(stage, world, { command, part }), noAnswer),
      );
    }
    if (mayRefuse(stage, world, part)) {
      const kind = isBarred(stage, world, part) ? "well" : "ill";
      act("is refused by an event", kind, () => refused(stage, world, { command, part }));
    }
    if (!isThere) {
      const [nothing] = part.template.nothing;
      if (nothing !== undefined && unit !== "done") {
        // Forward that is as good as done
        const found: World = part.isUndo ? world : {
          ...world,
          units: { ...world.units, [part.unit]: "done" },
          taken: [...world.taken, key],
        };
        slowly("finds nothing to be done", { outcome: "refused", code: nothing }, found);
      }
      // What cannot be undone cannot be undone later either
      const said = part.isUndo ? { ...world, taken: [...world.taken, key] } : world;
      slowly("is refused by its answer", { outcome: "refused", code: "not-so" }, said);
      slowly("fails", { outcome: "failed", code: "away" }, world);
    }
    const isLagging = world.lagging.some((other) => keyOf(other) === key);
    if (!isLagging && world.lagging.length < mostLagging) {
      act("lags behind, and is sent again", "ill", () => ({
        ...world,
        lagging: [...world.lagging, command],
      }));
    }
  }
  act("has no answer", "ill", () => answer(world, noAnswer));
  return acts;
}

function answered(
  stage: Stage,
  world: World,
  { name: step, round, outcome, code }: World["answers"][number],
): World {
  const answer = { step, round, outcome, code, reason: "so it is", at: isoOf(world.now) };
  return noticed(stage, world, { type: "StepAnswered", ...answer });
}

/** What took long to arrive; what the process waits for no more it is not told. */
export function slowAnswers(stage: Stage, world: World): readonly Act[] {
  return world.answers.map((answer, at) => ({
    words: `the answer to ${keyOf(answer)} arrives`,
    kind: "well",
    happen: () => answered(stage, { ...world, answers: world.answers.toSpliced(at, 1) }, answer),
  }));
}

/** A copy of a command arrives that nobody waits for any more. */
export function lateArrivals(stage: Stage, world: World, command: Command): readonly Act[] {
  const part = partOf(stage.saga, command.name);
  if (!part) return [];
  const key = keyOf(command);
  const next = { ...world, lagging: world.lagging.filter((other) => keyOf(other) !== key) };
  if (world.taken.includes(key)) {
    return [{ words: `${key} arrives late, for a second time`, kind: "well", happen: () => next }];
  }
  return [
    ...(isBarred(stage, world, part) ? [] : [{
      words: `${key} arrives late and is done`,
      kind: "well" as const,
      happen: () => done(stage, next, { command, part }),
    }]),
    ...(mayRefuse(stage, world, part)
      ? [{
        words: `${key} arrives late and is refused by an event`,
        kind: "well" as const,
        happen: () => refused(stage, next, { command, part }),
      }]
      : []),
    { words: `${key} is lost under way`, kind: "ill", happen: () => next },
  ];
}

function done(
  stage: Stage,
  world: World,
  { command, part }: { readonly command: Command; readonly part: Part },
): World {
  const key = keyOf(command);
  const taken = { ...world, taken: [...world.taken, key] };
  const unit = unitOf(world, part.unit);
  if (unit === "off" && !part.isUndo) return taken;
  if (unit === (part.isUndo ? "undone" : "done")) {
    const { retried, skipped } = world.judged;
    const isAsked = command.round === 1 || part.name === stage.saga.definition.refuse?.name ||
      retried.includes(key) || retried.includes(part.name) || skipped.includes(part.name);
    return isAsked ? taken : {
      ...taken,
      broken: `${key} is sent under a second id, though it was done under its first`,
    };
  }
  return told(stage, taken, eventOf(stage, part, "done"));
}

export function refused(
  stage: Stage,
  world: World,
  { command, part }: { readonly command: Command; readonly part: Part },
): World {
  const next = told(stage, world, eventOf(stage, part, "refused"));
  return {
    ...next,
    taken: [...world.taken, keyOf(command)],
    ...(!part.isUndo && { units: { ...next.units, [part.unit]: "refused" } }),
  };
}

/** A participant may refuse what it has not done; and to undo what something outside keeps from being undone. */
function mayRefuse(stage: Stage, world: World, part: Part): boolean {
  if (part.template.refused.length === 0) return false;
  const unit = unitOf(world, part.unit);
  if (!part.isUndo) return unit === "none" || unit === "refused" || unit === "undone";
  const isUpToOthers = Object.values(stage.outside ?? {})
    .some(({ bars = [] }) => bars.includes(part.name));
  return unit === "done" && (!isUpToOthers || isBarred(stage, world, part));
}

function isBarred({ outside = {} }: Stage, { happened }: World, { name }: Part): boolean {
  return happened.some((what) =>
    Object.hasOwn(outside, what) && outside[what]?.bars?.includes(name)
  );
}
