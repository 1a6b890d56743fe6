import { breadthFirst } from "./breadth_first.ts";
import type { Stage } from "./saga_cast.ts";
import { storyOf } from "./saga_story.ts";
import { type Course, courseBy, courseOf, shortened } from "./saga_schedule.ts";

export { generatedSaga, type MadeSaga, type MadeStep, sagaOf } from "./generated_saga.ts";
export type { Outside, Stage } from "./saga_cast.ts";

/** How much is tried. */
export type Exploring = {
  /** Of the first schedule; each later one has the next. */
  readonly seed: number;
  /** How many by chance. */
  readonly schedules: number;
  /** How many worlds are told apart where everything is tried, the shortest histories first; default: none. */
  readonly worlds?: number;
};

/** What was tried, and what was found. */
export type Explored = {
  readonly schedules: number;
  /** Worlds told apart where everything was tried. */
  readonly worlds: number;
  /** Everything was tried that takes so many acts. */
  readonly depth: number;
  readonly crashes: number;
  /** Acts of operators. */
  readonly acts: number;
  /** How many ended so. */
  readonly ends: { readonly done: number; readonly undone: number };
  /** What breaks it, as short as it was found, for people; absent: nothing does. */
  readonly broken?: string;
};

/** So far a shorter history is looked for. */
const shortest = { worlds: 5_000, depth: 8 };

/**
 * Drives one instance of a saga through what may happen: every outcome, duplicates, what is late or lost, other orders
 * between participants, times, cancellations, crashes, operators. At rest all must be done; or all that was done undone,
 * the last first, once; or it is stuck, and says so.
 */
export function exploreSaga(stage: Stage, { seed, schedules, worlds = 0 }: Exploring): Explored {
  const breadth = breadthFirst(stage, { worlds, depth: worlds > 0 ? 100 : 0 });
  const so = { worlds: breadth.worlds, depth: breadth.depth };
  const ends = { done: 0, undone: 0 };
  let crashes = 0;
  let acts = 0;
  if (breadth.course) {
    const broken = storyOf(stage, shortened(stage, breadth.course));
    return { ...so, schedules: 0, crashes, acts, ends, broken };
  }
  for (let count = 0; count < schedules; count++) {
    const course = courseOf(stage, seed + count);
    crashes += course.world.crashes;
    acts += course.world.acts;
    ends[course.world.judged.goesBack ? "undone" : "done"]++;
    if (course.wrong === undefined) continue;
    const broken = storyOf(stage, { ...shortestOf(stage, course), seed: seed + count });
    return { ...so, schedules: count + 1, crashes, acts, ends, broken };
  }
  return { ...so, schedules, crashes, acts, ends };
}

/** What becomes of it when this happens, in the words of a history, and all goes well after that. */
export function replaySaga(stage: Stage, acts: readonly string[]): string {
  return storyOf(stage, courseBy(stage, acts));
}

function shortestOf(stage: Stage, course: Course): Course {
  const found = breadthFirst(stage, shortest).course;
  const [one, other] = [course, ...(found ? [found] : [])].map((each) => shortened(stage, each));
  return one && other && one.words.length < other.words.length ? one : other ?? one ?? course;
}
