import { type EventLog, eventLog } from "@headwater/core";

/** Appends to a stream wherever it ends: looks for its end, and looks again where others were faster. */
export async function appendAtEnd(
  log: Pick<EventLog, "append" | "read">,
  stream: string,
  events: readonly eventLog.NewEvent[],
): Promise<eventLog.Appended> {
  let last: number | undefined;
  for await (const [event] of log.read(stream, { direction: "backwards", limit: 1 })) {
    last = event?.revision;
  }
  for (;;) {
    try {
      return await log.append(stream, events, { expected: last ?? "no-stream" });
    } catch (error) {
      if (!(error instanceof eventLog.RevisionConflict) || error.actual === last) throw error;
      last = error.actual;
    }
  }
}
