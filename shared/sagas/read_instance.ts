import { type EventLog, eventLog, type Recorded } from "@headwater/core";
import type { Process } from "./process.ts";

/** What the log has of an instance. */
export type InstanceEvents = {
  /** Its own. */
  readonly own: readonly Recorded[];
  /** What it heard, by id, as far as that was found. */
  readonly heard: ReadonlyMap<string, Recorded>;
};

type Instance = { readonly process: Process; readonly id: string };

type Reading = {
  readonly log: Pick<EventLog, "read" | "readAll">;
  readonly signal: AbortSignal;
};

/** An input lies close before what it led to, unless the process was far behind: farther back it is not looked for. */
const farthest = 20_000;
/** So many events are read for one story at most, so that a look at an old instance of a large log ends soon. */
const mostRead = 100_000;
/** What its own stream may have, and what is looked through behind it. */
const mostOwn = 10_000;
const mostLater = 20_000;

/** Reads what concerns an instance: a look, which costs as much as lies around its own events. */
export async function readInstance(
  { process, id }: Instance,
  { log, signal }: Reading,
): Promise<InstanceEvents> {
  const own: Recorded[] = [];
  for await (const page of log.read(`${process.name}-${id}`, { limit: mostOwn, signal })) {
    own.push(...page);
  }
  const categories = categoriesOf(process);
  const wanted = new Set(own.map(({ metadata }) => metadata.$causationId));
  const heard = new Map<string, Recorded>();
  let read = 0;

  async function lookBefore(event: Recorded): Promise<void> {
    const limit = Math.min(farthest, mostRead - read);
    if (limit <= 0) return;
    const back = { direction: "backwards", after: event.position, categories, limit } as const;
    for await (const page of log.readAll({ ...back, signal })) {
      read += page.length;
      for (const each of page) if (wanted.has(each.id)) heard.set(each.id, each);
      if (heard.has(event.metadata.$causationId)) return;
    }
  }
  // From the last: what was heard before it is often on the same page
  for (const event of own.toReversed()) {
    if (!isTold(event) && !heard.has(event.metadata.$causationId)) await lookBefore(event);
  }
  return { own, heard };
}

/** Inputs of the instance that came after its last own event, the nearest 20,000 events behind it. */
export async function readLater(
  { process, id }: Instance,
  { own, log, signal }: Reading & Pick<InstanceEvents, "own">,
): Promise<readonly Recorded[]> {
  const last = own.at(-1);
  if (!last) return [];
  const later: Recorded[] = [];
  const after = { after: last.position, categories: categoriesOf(process), limit: mostLater };
  for await (const page of log.readAll({ ...after, signal })) {
    later.push(...page.filter((event) => isOf(event, { process, id })));
  }
  return later;
}

/** True for what an instance noted on what is no event: it has no cause but that. */
function isTold({ metadata: { $causationId, commandId } }: Recorded): boolean {
  return $causationId === commandId;
}

function categoriesOf({ inputs }: Process): readonly string[] {
  return [...new Set(inputs.map(({ category }) => category))];
}

/** True for an input of the instance, as far as it can be read. */
function isOf(recorded: Recorded, { process, id }: Instance): boolean {
  const category = eventLog.categoryOf(recorded.stream);
  const schemas = process.inputs.find((inputs) => inputs.category === category);
  try {
    const input = schemas?.decode(recorded);
    return input !== undefined && process.key(input) === id;
  } catch {
    return false;
  }
}
