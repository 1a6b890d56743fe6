import type { DomainEvent } from "@headwater/core";
import { actsOf } from "./saga_acts.ts";
import type { Stage } from "./saga_cast.ts";
import type { Course } from "./saga_schedule.ts";
import { beginning } from "./saga_instance.ts";
import type { World } from "./saga_world.ts";

/** A course for people: what happened, what was noted on it, what was sent then, what was wrong, and how to see it again. */
export function storyOf(stage: Stage, course: Course & { readonly seed?: number }): string {
  const { seed } = course;
  let world = beginning(stage);
  const lines = course.words.map((words, at) => {
    const before = world;
    world = actsOf(stage, before).find((act) => act.words === words)?.happen() ?? before;
    return `${String(at + 1).padStart(4)}. ${
      [words, ...effects(stage, { before, world })].join("\n        ")
    }`;
  });
  const seen = seed === undefined ? "" : `Found with seed ${seed}. `;
  return [
    `Saga "${stage.saga.name}": ${course.wrong ?? "all is well"}`,
    ...lines,
    `${seen}To see it again: replaySaga(stage, ${JSON.stringify(course.words)})`,
    "",
  ].join("\n");
}

function effects(
  { saga }: Stage,
  { before, world }: { readonly before: World; readonly world: World },
): readonly string[] {
  const sent = new Set(saga.outstanding(before.state).map(nameOf));
  const sends = saga.outstanding(world.state).map(nameOf).filter((name) => !sent.has(name));
  const notes = world.noted.slice(before.noted.length).map(noteOf);
  const { stuck } = saga.tells?.(world.state) ?? {};
  const wasStuck = saga.tells?.(before.state).stuck !== undefined;
  return [
    ...(notes.length > 0 ? [`notes ${notes.join(", ")}`] : []),
    ...(sends.length > 0 ? [`sends ${sends.join(", ")}`] : []),
    ...(stuck && !wasStuck ? [`is stuck at ${stuck.step}`] : []),
  ];
}

function nameOf({ name, round = 1 }: { readonly name: string; readonly round?: number }): string {
  return `${name}#${round}`;
}

function noteOf({ type, data }: DomainEvent): string {
  const { step, name = step } = data as { readonly step?: string; readonly name?: string };
  return name === undefined ? type : `${type} ${name}`;
}
