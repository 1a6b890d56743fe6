import type { EventLog } from "@headwater/core";
import type { ConsoleService } from "../components/service_name.tsx";
import { readStream } from "./read_stream.ts";

const longestName = 1_000;

/** Streams that somebody may mean by a word: one of that name, or those whose id it is, of every category. */
export async function findStreams(
  log: Pick<EventLog, "read">,
  { word, services }: { readonly word: string; readonly services: readonly ConsoleService[] },
): Promise<readonly string[]> {
  if (word.length > longestName) return [];
  const categories = services.flatMap((each) => each.categories);
  const names = [word, ...categories.map((category) => `${category}-${word}`)];
  const found = await Promise.all(names.map(async (name) => {
    const events = await readStream(log, name, { limit: 1 });
    return events.length > 0 ? [name] : [];
  }));
  return found.flat();
}
