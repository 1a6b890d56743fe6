import { derivedId, type EventLog } from "@headwater/core";

/** So many inputs are heard side by side at most: before the next ones, what they led to is in the log. */
export const heardAtOnce = 500;

/** More than were ever heard side by side, whatever a log hands over at a time. */
const inDoubt = 4 * heardAtOnce;
/** So many of its own last events are asked which input they come from: operators' acts come from none. */
const ownEvents = 100;
/** So far back that input is looked for: it lies close before them, or is not there. */
const farthest = 20_000;

/** Names the hearing of an input: heard again, it is the same. */
export function hearingId(process: string, inputId: string): string {
  return derivedId(process, inputId);
}

/**
 * Position up to which the log itself shows that a process has heard it: its own last events are named after the inputs
 * that led to them, and whoever hears an input has heard those before, but for the few that are heard at the same time.
 * Undefined: the log does not show it.
 */
export async function heardPosition(
  { name, inputs }: { readonly name: string; readonly inputs: readonly string[] },
  log: Pick<EventLog, "readAll">,
): Promise<number | undefined> {
  const decisions = new Set<string>();
  let last: number | undefined;
  const own = { direction: "backwards", categories: [name], limit: ownEvents } as const;
  for await (const page of log.readAll(own)) {
    last ??= page[0]?.position;
    for (const { metadata: { commandId } } of page) decisions.add(commandId);
  }
  if (last === undefined) return undefined;
  let since = 0;
  const before = {
    direction: "backwards",
    after: last,
    categories: inputs,
    limit: farthest,
  } as const;
  for await (const page of log.readAll(before)) {
    for (const { id, position } of page) {
      if (since > 0 || decisions.has(hearingId(name, id))) since++;
      if (since > inDoubt) return position;
    }
  }
  return undefined;
}
