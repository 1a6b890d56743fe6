import type { EventLog, Recorded } from "@headwater/core";
import { type BegunAct, type EndedAct, operatorsActEvents } from "./act_events.ts";
import { isPassedOver } from "./lenient_events.ts";

/** What acts are done to. */
export type ActSubject = Pick<BegunAct, "engine" | "subject">;

/** An act as the record has it. */
export type RecordedAct = BegunAct & {
  /** Of the event that says that it began. */
  readonly id: string;
  readonly revision: number;
  /** Null: its process died meanwhile, or is still at it. */
  readonly ended: EndedAct | null;
};

/** Of all acts. */
export const actsStream = `${operatorsActEvents.category}-all`;
/** What was done before that nobody takes for news. */
const lastEvents = 200;
const pageEvents = 200;
/** An act ends a few events behind its beginning; who is at it for longer is looked for here. */
const mostBehind = 1_000;

/** The last acts, newest first, and where the record ends. */
export async function lastActs(
  log: Pick<EventLog, "read">,
): Promise<{ readonly revision: number | null; readonly acts: readonly RecordedAct[] }> {
  const events = await readBack(log, { from: undefined, limit: lastEvents });
  return { revision: events[0]?.revision ?? null, acts: actsIn(events).acts };
}

/** A page of acts, newest first. */
export async function pageOfActs(
  log: Pick<EventLog, "read">,
  { before, limit, isAskedFor, signal }: {
    /** Only what was begun before this revision. */
    readonly before: number | undefined;
    readonly limit: number;
    isAskedFor(act: RecordedAct): boolean;
    readonly signal: AbortSignal;
  },
): Promise<{
  readonly items: readonly RecordedAct[];
  readonly next: number | null;
  /** Revisions of what was met, and says nothing that this release can read. */
  readonly unread: readonly number[];
}> {
  const items: RecordedAct[] = [];
  const unread: number[] = [];
  const ends = before === undefined ? new Map<string, EndedAct>() : await endsFrom(log, before);
  for (let from = before === undefined ? undefined : before - 1; from === undefined || from >= 0;) {
    const events = await readBack(log, { from, limit: pageEvents, signal });
    const last = events.at(-1);
    if (!last) break;
    const met = actsIn(events, ends);
    unread.push(...met.unread);
    for (const act of met.acts) {
      if (!isAskedFor(act)) continue;
      if (items.length === limit) return { items, next: items.at(-1)?.revision ?? null, unread };
      items.push(act);
    }
    from = last.revision - 1;
  }
  return { items, next: null, unread };
}

/** The ends, behind a place, of acts that began before it. */
async function endsFrom(
  log: Pick<EventLog, "read">,
  from: number,
): Promise<Map<string, EndedAct>> {
  const ends = new Map<string, EndedAct>();
  for await (const page of log.read(actsStream, { from, limit: mostBehind })) {
    for (const recorded of page) {
      const event = operatorsActEvents.decode(recorded);
      if (event?.type === "OperatorsActEnded") ends.set(event.data.actId, event.data);
    }
  }
  return ends;
}

/** Newest first, and the revisions of what this release cannot read; `ends` grows by those that are met. */
function actsIn(
  events: readonly Recorded[],
  ends: Map<string, EndedAct> = new Map(),
): { readonly acts: readonly RecordedAct[]; readonly unread: readonly number[] } {
  const acts: RecordedAct[] = [];
  const unread: number[] = [];
  for (const recorded of events) {
    const { id, revision } = recorded;
    const event = operatorsActEvents.decode(recorded);
    if (event?.type === "OperatorsActEnded") ends.set(event.data.actId, event.data);
    else if (event) {
      acts.push({ ...event.data, id, revision, ended: ends.get(event.data.actId) ?? null });
    } else if (isPassedOver(operatorsActEvents, recorded)) unread.push(revision);
  }
  return { acts, unread };
}

async function readBack(
  log: Pick<EventLog, "read">,
  { from, limit, signal }: {
    readonly from: number | undefined;
    readonly limit: number;
    readonly signal?: AbortSignal;
  },
): Promise<readonly Recorded[]> {
  const pages = log.read(actsStream, {
    direction: "backwards",
    limit,
    ...(from !== undefined && { from }),
    ...(signal && { signal }),
  });
  return (await Array.fromAsync(pages)).flat();
}
