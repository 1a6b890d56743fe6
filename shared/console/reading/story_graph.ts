import type { Recorded } from "@headwater/core";

/** What an event is to its story. */
export type StoryNode = {
  readonly event: Recorded;
  /** Of `lanes`. */
  readonly lane: number;
  /** Of the nodes: the event that led to it; undefined: none of this story did. */
  readonly cause: number | undefined;
  /** It undoes, or is refused, or stands still; else it goes ahead. */
  readonly kind: "ahead" | "undoes" | "refused" | "stuck";
  /** What is said beside its type: a step. */
  readonly note: string | undefined;
  /** Milliseconds since the first event. */
  readonly afterMs: number;
  /** Milliseconds since the event before it. */
  readonly gapMs: number;
};

export type StoryGraph = {
  /** Services, in the order in which they came into it. */
  readonly lanes: readonly string[];
  readonly nodes: readonly StoryNode[];
};

/** Which event led to which, by the ids that are stored beside them; the order of the log is kept. */
export function storyGraph(
  events: readonly Recorded[],
  serviceOf: (stream: string) => string,
): StoryGraph {
  const lanes = [...new Set(events.map(({ stream }) => serviceOf(stream)))];
  const places = new Map(events.map(({ id }, index) => [id, index]));
  const undoing = undoingEvents(events, places);
  const start = timeOf(events[0]);
  const nodes = events.map((event, index): StoryNode => {
    const cause = places.get(event.metadata.$causationId);
    const { step, compensates } = partsOf(event.data);
    return {
      event,
      lane: lanes.indexOf(serviceOf(event.stream)),
      cause: cause !== undefined && cause < index ? cause : undefined,
      kind: kindOf(event.type, undoing.has(index)),
      note: compensates === undefined ? step : `${step ?? "undoes"} ↩ ${compensates}`,
      afterMs: timeOf(event) - start,
      gapMs: index === 0 ? 0 : Math.max(0, timeOf(event) - timeOf(events[index - 1])),
    };
  });
  return { lanes, nodes };
}

/** A process's word that a step was undone, and the event of the other service that showed it. */
function undoingEvents(
  events: readonly Recorded[],
  places: ReadonlyMap<string, number>,
): ReadonlySet<number> {
  const undoing = new Set<number>();
  for (const [index, { data, metadata }] of events.entries()) {
    if (partsOf(data).compensates === undefined) continue;
    undoing.add(index);
    const shown = places.get(metadata.$causationId);
    if (shown !== undefined) undoing.add(shown);
  }
  return undoing;
}

function kindOf(type: string, isUndoing: boolean): StoryNode["kind"] {
  if (isUndoing) return "undoes";
  if (/Stuck$/.test(type)) return "stuck";
  return /(Refused|Rejected|Declined|Failed)$/.test(type) ? "refused" : "ahead";
}

/** What process managers say of a step. */
function partsOf(data: unknown): { readonly step?: string; readonly compensates?: string } {
  if (typeof data !== "object" || data === null) return {};
  const step = "step" in data && typeof data.step === "string" ? data.step : undefined;
  const compensates = "compensates" in data && typeof data.compensates === "string"
    ? data.compensates
    : undefined;
  return {
    ...(step !== undefined && { step }),
    ...(compensates !== undefined && { compensates }),
  };
}

function timeOf(event: Recorded | undefined): number {
  return event === undefined ? 0 : Date.parse(event.recordedAt) || 0;
}
