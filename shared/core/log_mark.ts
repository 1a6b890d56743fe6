/** What a reader last read of a log: by it, it is known again whether a log is the one that was read. */
export type LogMark = {
  /** Identity of the log. */
  readonly log: string;
  /** Of an event, whose id is beside it. */
  readonly position: number;
  readonly id: string;
};

/**
 * The event whose id is the identity of a log on a server: the first of its stream. Its type is a system's, so that
 * readers do not get it.
 */
export const identityEvent = { stream: "headwater_log", type: "$headwaterLog" } as const;

/**
 * Whoever was here before has read something else: it is another log, or one that was put back from an older copy. To go
 * on after that position would be to skip what was written up to it. Nothing but to read it from its start, or the right
 * log, makes it good.
 */
export class ForeignPosition extends Error {
  /** As it stands in logs. */
  override readonly name = "ForeignPosition";

  /** Of whoever wants to go on after this, in a log of which that much was found. */
  constructor(
    readonly after: LogMark | number,
    found: {
      /** Undefined: its identity does not matter. */
      readonly log?: string;
      /** Of the event at that position; undefined: there is none. */
      readonly id?: string | undefined;
    },
    options?: ErrorOptions,
  ) {
    super(describe(after, found), options);
  }
}

/** Where to go on after. */
export function positionOf(after: LogMark | number | undefined): number | undefined {
  return typeof after === "object" ? after.position : after;
}

/** Throws `ForeignPosition` where a log is not the one in which somebody has read up to `after`. */
export function requireRead(
  after: LogMark | number,
  found: { readonly log: string; readonly id: string | undefined },
): void {
  const isRead = typeof after === "number"
    ? found.id !== undefined
    : after.log === found.log && after.id === found.id;
  if (!isRead) throw new ForeignPosition(after, found);
}

/** A mark as text, to be kept with the position that was reached as it was noted. */
export function markText(
  mark: LogMark | undefined,
  reached: number | undefined,
): string | null {
  return mark ? JSON.stringify({ ...mark, reached }) : null;
}

/**
 * What `markText` made. Undefined where there is none, or none that says anything: somebody who knows no marks, like an
 * earlier release, has moved the position since.
 */
export function markOf(text: string | null, reached: number | undefined): LogMark | undefined {
  if (text === null) return undefined;
  const { reached: then, ...mark }: LogMark & { readonly reached?: number } = JSON.parse(text);
  return then === reached ? mark : undefined;
}

function describe(
  after: LogMark | number,
  { log, id }: { readonly log?: string; readonly id?: string | undefined },
): string {
  if (typeof after === "number") {
    return `Cannot go on after position ${after}: this event log has no event there, another one was read`;
  }
  const { position } = after;
  if (log !== undefined && log !== after.log) {
    return `Cannot go on after position ${position}: event log "${after.log}" was read up to there, this is event log "${log}"`;
  }
  const found = id === undefined ? "no event" : `event "${id}"`;
  return `Cannot go on after position ${position}: event "${after.id}" was read there, this event log has ${found} there; it was put back from an older copy`;
}
