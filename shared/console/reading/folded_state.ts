import { type EventLog, machine, type Recorded, time } from "@headwater/core";
import type { Folded } from "../components/service_name.tsx";

/** A state before and after one event. */
export type FoldedState = {
  readonly before: unknown;
  readonly after: unknown;
  /** Why the state cannot be told, of an event that this code cannot take. */
  readonly failure?: string;
};

const pauseEvery = 2_000;

/**
 * The state of a stream at a revision, and the one before, made of its events as the owner makes it. Gives way to others
 * meanwhile.
 */
export async function foldedState(
  log: Pick<EventLog, "read">,
  { stream, revision, folded, signal }: {
    readonly stream: string;
    readonly revision: number;
    readonly folded: Folded;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<FoldedState> {
  let before: unknown = folded.initialState;
  let after: unknown = folded.initialState;
  let since = 0;
  const options = { limit: revision + 1, ...(signal && { signal }) };
  for await (const page of log.read(stream, options)) {
    for (const event of page) {
      before = after;
      try {
        const decoded = folded.events.decode(event);
        if (decoded) after = folded.evolve(after, decoded);
      } catch (error) {
        return { before, after, failure: machine.messageOf(error) };
      }
    }
    since += page.length;
    if (since < pauseEvery) continue;
    since = 0;
    await time.pause(0, { ...(signal && { signal }) });
  }
  return { before, after };
}

/** Its data as this release reads it; undefined: as it is stored, or the type is not known here. */
export function upcast(
  event: Recorded,
  folded: Folded,
): { readonly data: unknown } | { readonly failure: string } | undefined {
  try {
    const decoded = folded.events.decode(event);
    if (!decoded || JSON.stringify(decoded.data) === JSON.stringify(event.data)) return undefined;
    return { data: decoded.data };
  } catch (error) {
    return { failure: machine.messageOf(error) };
  }
}
