import type { Saga } from "@headwater/sagas";
import { shop } from "@shop/app";
import type { Moment } from "./saga_history.ts";
import { readLines } from "./stored_lines.ts";
import type { History } from "./replayed_history.ts";
import { sagaStories } from "./saga_stories.ts";
import { toldStory } from "./told_story.ts";

const folder = new URL("./stored_sagas/", import.meta.url);

/** Those of the shop that have stories. */
export const sagas: readonly Saga[] = shop.services.flatMap(({ sagas }) => sagas)
  .filter((saga): saga is Saga => "definition" in saga && Object.hasOwn(sagaStories, saga.name));

/** All histories of a saga that are stored. */
export async function storedHistories({ name }: Pick<Saga, "name">): Promise<readonly History[]> {
  const histories: History[] = [];
  for (const version of await namesIn(new URL(`${name}/`, folder))) {
    const stories = await readLines<Moment>(new URL(`${name}/${version}/`, folder));
    for (const [story, moments] of stories) {
      histories.push({ version: Number(version), story, moments });
    }
  }
  return histories;
}

/**
 * Stores what today's code makes of the stories that the newest version of a saga has no history of. What is there is
 * left alone: it may be in somebody's log.
 */
export async function storeHistories(saga: Saga): Promise<readonly string[]> {
  const { name, definition: { version } } = saga;
  const place = new URL(`${name}/${version}/`, folder);
  await Deno.mkdir(place, { recursive: true });
  const there = new Set(await namesIn(place));
  const missing = Object.entries(sagaStories[name] ?? {})
    .map(([story, happenings]) => ({ file: `${story}.jsonl`, happenings }))
    .filter(({ file }) => !there.has(file));
  for (const { file, happenings } of missing) {
    const lines = toldStory(saga, happenings).map((moment) => JSON.stringify(moment));
    await Deno.writeTextFile(new URL(file, place), `${lines.join("\n")}\n`, { createNew: true });
  }
  return missing.map(({ file }) => `${name}/${version}/${file}`);
}

async function namesIn(place: URL): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(place)) names.push(name);
    return names.toSorted();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
