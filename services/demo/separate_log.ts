import { type EventLog, eventLog, type Recorded } from "@headwater/core";

export type Separation = {
  /** What the names of all its streams begin with: no dash in it. */
  readonly prefix: string;
  /** All there are, without the prefix. */
  readonly categories: readonly string[];
};

/**
 * A log of one's own within a log that others use: its streams have names that nobody else has, it begins where the
 * other one ends now, and it shows nothing else. Closing it closes the other one.
 */
export async function separateLog(
  log: EventLog,
  { prefix, categories: all }: Separation,
): Promise<EventLog> {
  const start = await log.head();

  function scope<After>(
    { after, categories = all }: {
      readonly after?: After;
      readonly categories?: readonly string[];
    },
  ) {
    const from = after ?? start;
    return {
      categories: categories.map((category) => prefix + category),
      ...(from !== undefined && { after: from }),
    };
  }
  function shown(events: readonly Recorded[]): Recorded[] {
    return events.map((event) => ({ ...event, stream: event.stream.slice(prefix.length) }));
  }
  return {
    async append(stream, events, options) {
      if (!all.includes(eventLog.categoryOf(stream))) {
        throw new TypeError(`Cannot append to stream "${stream}": its category is not known`);
      }
      try {
        return await log.append(prefix + stream, events, options);
      } catch (error) {
        if (!(error instanceof eventLog.RevisionConflict)) throw error;
        throw new eventLog.RevisionConflict(stream, error.expected, error.actual, { cause: error });
      }
    },
    async *read(stream, options) {
      for await (const events of log.read(prefix + stream, options)) yield shown(events);
    },
    async *readAll(options = {}) {
      const { categories } = scope(options);
      const all = options.direction === "backwards"
        ? log.readAll({ ...options, categories })
        : log.readAll({ ...options, ...scope(options) });
      for await (const events of all) {
        const mine = events.filter(({ position }) => position > (start ?? -1));
        if (mine.length > 0) yield shown(mine);
        if (mine.length < events.length) return;
      }
    },
    async *subscribe(options) {
      for await (const batch of log.subscribe({ ...options, ...scope(options) })) {
        yield { ...batch, events: shown(batch.events) };
      }
    },
    head: () => log.head(),
    identity: () => log.identity(),
    [Symbol.asyncDispose]: () => log[Symbol.asyncDispose](),
  };
}
