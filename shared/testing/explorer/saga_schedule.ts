import { randomOf } from "../random_of.ts";
import { actsOf } from "./saga_acts.ts";
import type { Act } from "./saga_answers.ts";
import type { Stage } from "./saga_cast.ts";
import { broughtToRest } from "./saga_rest.ts";
import { beginning } from "./saga_instance.ts";
import type { World } from "./saga_world.ts";

/** What happened, in words, until something was wrong, or nothing was left to happen. */
export type Course = {
  readonly words: readonly string[];
  readonly world: World;
  readonly wrong?: string;
};

const mostIll = 40;

/** By chance: what goes wrong, and in what order all happens. The same for the same seed. */
export function courseOf(stage: Stage, seed: number): Course {
  const random = randomOf(seed);
  const words: string[] = [];
  let world = beginning(stage);
  function choose(count: number): number {
    return Math.floor(random() * count);
  }
  // Some see one mishap, some nothing but mishaps
  const weights = {
    ...{ well: 1, ill: random() ** 2, time: random() ** 4 },
    ...{ operate: random(), outside: random() ** 2 / 2 },
  };
  const length = choose(mostIll);
  for (let count = 0; count < length; count++) {
    const act = drawn(actsOf(stage, world), { weights, random });
    if (!act) break;
    world = act.happen();
    words.push(act.words);
    if (world.broken !== undefined) return { words, world, wrong: world.broken };
  }
  return rested(stage, { words, world, choose });
}

/** These, one after the other, as far as they may happen; then all goes well, in the order in which it is listed. */
export function courseBy(stage: Stage, wanted: readonly string[]): Course {
  const begun = begunBy(stage, wanted);
  return begun.wrong === undefined ? rested(stage, { ...begun, choose: () => 0 }) : begun;
}

function begunBy(stage: Stage, wanted: readonly string[]): Course {
  const words: string[] = [];
  let world = beginning(stage);
  for (const next of wanted) {
    const act = actsOf(stage, world).find((act) => act.words === next);
    if (!act) continue;
    world = act.happen();
    words.push(next);
    if (world.broken !== undefined) return { words, world, wrong: world.broken };
  }
  return { words, world };
}

function rested(
  stage: Stage,
  { words, world, choose }: {
    readonly words: readonly string[];
    readonly world: World;
    choose(count: number): number;
  },
): Course {
  const all = [...words];
  let last = world;
  const wrong = broughtToRest(stage, world, {
    choose,
    happens(words, world) {
      all.push(words);
      last = world;
    },
  });
  return { words: all, world: last, ...(wrong !== undefined && { wrong }) };
}

function drawn(
  acts: readonly Act[],
  { weights, random }: {
    readonly weights: Readonly<Record<Act["kind"], number>>;
    random(): number;
  },
): Act | undefined {
  // A kind first, that many mishaps do not make one more likely
  const kinds = Map.groupBy(acts, ({ kind }) => kind);
  let left = random() * kinds.keys().reduce((sum, kind) => sum + weights[kind], 0);
  const [, chosen = []] = kinds.entries().find(([kind]) => (left -= weights[kind]) < 0) ?? [];
  return chosen[Math.floor(random() * chosen.length)];
}

/** What is left of a course that goes wrong when all is left out, or cut short, without which it goes wrong too. */
export function shortened(stage: Stage, course: Course): Course {
  let best = courseBy(stage, course.words);
  // Brought to rest in another order it goes well: then it is shown as it was
  if (best.wrong === undefined) return course;
  for (let isShorter = true; isShorter;) {
    isShorter = false;
    for (const words of shorter(stage, best)) {
      const tried = courseBy(stage, words);
      if (tried.wrong === undefined || tried.words.length >= best.words.length) continue;
      best = tried;
      isShorter = true;
      break;
    }
  }
  return best;
}

function* shorter(stage: Stage, { words }: Course): Generator<readonly string[]> {
  for (let size = Math.ceil(words.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < words.length; from += size) yield words.toSpliced(from, size);
  }
  // Something else ends it sooner
  for (let length = 1; length < words.length - 1; length++) {
    const kept = words.slice(0, length);
    const { world } = begunBy(stage, kept);
    for (const act of actsOf(stage, world)) yield [...kept, act.words];
  }
}
