import type { Recorded } from "./event.ts";
import { type EventLog, RevisionConflict } from "./event_log.ts";

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
      const there = inStream(stream);
      let revision = expected === "no-stream" ? -1 : expected;
      if (revision !== there.length - 1) {
        const same = there.slice(revision + 1, revision + 1 + events.length);
        const last = same.at(-1);
        if (last && events.every(({ id }, index) => id === same[index]?.id)) {
          return Promise.resolve({ revision: last.revision, position: last.position });
        }
        return Promise.reject(new RevisionConflict(stream, expected, there.at(-1)?.revision));
      }
      for (const event of events) {
        recorded.push({
          ...event,
          stream,
          revision: ++revision,
          position: recorded.length + 1,
          recordedAt: "2026-01-01T00:00:00.000Z",
        });
      }
      return Promise.resolve({ revision, position: recorded.length });
    },
    async *read(stream, { from = 0, limit = Infinity } = {}) {
      const page = inStream(stream).slice(from, from + limit);
      if (page.length > 0) yield await Promise.resolve(page);
    },
  };
}
