import { actsOf } from "./saga_acts.ts";
import type { Stage } from "./saga_cast.ts";
import { type Course, courseBy } from "./saga_schedule.ts";
import { beginning } from "./saga_instance.ts";
import type { World } from "./saga_world.ts";
import { broughtToRest, identityOf } from "./saga_rest.ts";

type Reached = { readonly world: World; readonly words: readonly string[] };

/** How far it was gone. */
export type Breadth = {
  /** Worlds that were told apart. */
  readonly worlds: number;
  /** Everything that takes so many acts was tried. */
  readonly depth: number;
  /** The shortest that goes wrong. */
  readonly course?: Course;
};

/** Every order of everything that may happen, the shortest first, until so many worlds were seen or acts made. */
export function breadthFirst(
  stage: Stage,
  { worlds: most, depth: deepest }: { readonly worlds: number; readonly depth: number },
): Breadth {
  const begun = beginning(stage);
  const seen = new Set([identityOf(begun)]);
  let reached: readonly Reached[] = [{ world: begun, words: [] }];
  for (let depth = 0; depth < deepest; depth++) {
    const next: Reached[] = [];
    for (const { world, words } of reached) {
      for (const act of actsOf(stage, world)) {
        const after = act.happen();
        const identity = identityOf(after);
        if (after.broken === undefined && seen.has(identity)) continue;
        seen.add(identity);
        const soFar = [...words, act.words];
        const wrong = after.broken ??
          broughtToRest(stage, after, { choose: () => 0, happens: () => {} });
        if (wrong !== undefined) {
          return { worlds: seen.size, depth, course: courseBy(stage, soFar) };
        }
        if (seen.size >= most) return { worlds: seen.size, depth };
        next.push({ world: after, words: soFar });
      }
    }
    if (next.length === 0) return { worlds: seen.size, depth: deepest };
    reached = next;
  }
  return { worlds: seen.size, depth: deepest };
}
