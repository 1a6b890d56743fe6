import { derivedId, eventLog } from "@headwater/core";
import { shop } from "@shop/app";
import { seededRandom } from "@shop/demo";
import type { BoundaryStory } from "./boundary_stories.ts";

/** One kill -9. */
export type Crash = {
  /** Its own, whatever else is planned. */
  readonly id: string;
  readonly story: BoundaryStory;
  /** Name of the event after which it happens: the boundary. */
  readonly after: string;
  /** `eventstore`, `PostgreSQL`, or a service. */
  readonly victim: string;
  /** How long after the event was seen. */
  readonly delayMs: number;
};

/** What was written, in this order, when the story was played with nobody being killed. */
export type Course = { readonly story: BoundaryStory; readonly names: readonly string[] };

/** Long enough for a command or an answer to be under way. */
const longestDelayMs = 15;

const owners = new Map(
  shop.services.flatMap(({ name, categories }) =>
    categories.map((category) => [category, name] as const)
  ),
);
const sagas = new Set(
  shop.services.flatMap(({ sagas = [] }) => sagas.map(({ name }) => name)),
);

/** The boundaries of the part of its way that a story is there for. */
export function boundariesOf({ story: { from, until }, names }: Course): readonly string[] {
  const first = from === undefined ? 0 : names.indexOf(from);
  const last = until === undefined ? names.length - 1 : names.indexOf(until);
  if (first < 0 || last < first) {
    throw new Error(`Cannot find the way from "${from}" to "${until}": it was ${names.join(", ")}`);
  }
  return [...new Set(names.slice(first, last + 1))];
}

/**
 * At every boundary of every course each of those is killed who is about to do something there, or keeps what was done:
 * the order service, the participant, the event store, PostgreSQL. They take turns; what is when follows from the seed,
 * for each crash by itself: a course may be a little different each time.
 */
export function planCrashes(courses: readonly Course[], seed: number): readonly Crash[] {
  const turns = new Map<string, Ranked[]>();
  for (const { story, names } of courses) {
    for (const after of boundariesOf({ story, names })) {
      const victims = {
        ...{ order: "order", eventstore: "eventstore", postgres: "PostgreSQL" },
        participant: participantAt(names, after),
      };
      for (const [turn, victim] of Object.entries(victims)) {
        if (victim === undefined) continue;
        const ranked = turns.get(turn) ?? [];
        turns.set(turn, ranked);
        ranked.push(rankedCrash({ story, after, victim }, seed));
      }
    }
  }
  const sorted = [...turns.values()].map((crashes) => crashes.toSorted((a, b) => a.rank - b.rank));
  const rounds = Math.max(0, ...sorted.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => sorted.flatMap((one) => one[round] ?? []))
    .flat().map(({ crash }) => crash);
}

type Ranked = { readonly crash: Crash; readonly rank: number };

function rankedCrash(given: Omit<Crash, "id" | "delayMs">, seed: number): Ranked {
  const id = derivedId("crash", given.story.title, given.after, given.victim).slice(0, 7);
  const chances = seededRandom(seed ^ Number.parseInt(id, 16));
  const rank = chances.next();
  const delayMs = chances.happens(0.5) ? 0 : 1 + chances.whole(longestDelayMs);
  return { crash: { ...given, id, delayMs }, rank };
}

/** Steps that none of these boundaries names; a step for one product stands for the same one for others. */
export function untriedSteps(
  steps: readonly string[],
  boundaries: readonly string[],
): readonly string[] {
  const tried = new Set(boundaries.map((name) => forAnyProduct(name.split(" ").at(-1)!)));
  return [...new Set(steps.map(forAnyProduct))].filter((step) => !tried.has(step));
}

function forAnyProduct(step: string): string {
  return step.replace(/^(\w+-stock):.*/, "$1");
}

/** Who has just written that, or is told to go on; undefined where that is the order service. */
function participantAt(names: readonly string[], name: string): string | undefined {
  const rest = names.slice(names.indexOf(name)).map((name) => categoryOf(name));
  const next = rest.find((category) => !sagas.has(category));
  const owner = next === undefined ? undefined : owners.get(next);
  return owner === "order" ? undefined : owner;
}

function categoryOf(name: string): string {
  return eventLog.categoryOf(`${name.split(" ")[0]}-`);
}
