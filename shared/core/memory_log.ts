import type { Recorded } from "./event.ts";
import { type EventLog, type ExpectedRevision, RevisionConflict } from "./event_log.ts";

/** Streams in memory, for tests that append and read but do not subscribe. */
export function memoryLog(): Pick<EventLog, "append" | "read"> & {
  /** All events, in log order. */
  readonly recorded: readonly Recorded[];
} {
  const recorded: Recorded[] = [];
  const inStream = (stream: string) => recorded.filter((event) => event.stream === stream);

  return {
    recorded,
    append(stream, events, { expected }) {
      const last = recorded.find(({ id }) => id === events.at(-1)?.id);
      if (last) {
        return Promise.resolve({
          revision: last.revision,
          position: last.position,
          repeated: true,
        });
      }
      const actual = inStream(stream).at(-1)?.revision;
      if (!holds(expected, actual)) {
        return Promise.reject(new RevisionConflict(stream, expected, actual));
      }
      let revision = actual ?? -1;
      for (const event of events) {
        recorded.push({
          ...event,
          stream,
          revision: ++revision,
          position: recorded.length + 1,
          recordedAt: "2026-01-01T00:00:00.000Z",
        });
      }
      return Promise.resolve({ revision, position: recorded.length, repeated: false });
    },
    async *read(stream, { from = 0, limit = Infinity } = {}) {
      const page = inStream(stream).slice(from, from + limit);
      if (page.length > 0) yield await Promise.resolve(page);
    },
  };
}

function holds(expected: ExpectedRevision, actual: number | undefined): boolean {
  if (expected === "any") return true;
  if (expected === "no-stream") return actual === undefined;
  if (expected === "stream-exists") return actual !== undefined;
  return expected === actual;
}
