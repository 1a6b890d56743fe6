import type { EventLog, eventLog, Recorded } from "@headwater/core";

/** What a test of the suite works on; the log may hold other tests' events, the category is its own. */
export type EventLogTestCase = {
  readonly log: EventLog;
  readonly category: string;
  /** A new name of that category. */
  stream(): string;
};

/** Tests by their sentence. */
export type EventLogTests = Readonly<Record<string, (test: EventLogTestCase) => Promise<void>>>;

export function newTestCase(log: EventLog): EventLogTestCase {
  const category = newCategory();
  return { log, category, stream: () => `${category}-${crypto.randomUUID()}` };
}

export function newCategory(): string {
  return `thing${crypto.randomUUID().replaceAll("-", "")}`;
}

/** An event as a test appends it. */
export function newEvent(
  data: unknown = { sku: "SKU1" },
  { id = crypto.randomUUID(), type = "ThingHappened" } = {},
): eventLog.NewEvent {
  return {
    id,
    type,
    data,
    metadata: {
      $correlationId: "correlation",
      $causationId: "causation",
      commandId: "command",
      commandHash: "hash",
      schemaVersion: 1,
    },
  };
}

/** So many events, numbered. */
export function newEvents(count: number): eventLog.NewEvent[] {
  return Array.from({ length: count }, (_, number) => newEvent({ number }));
}

/** All pages in one. */
export async function allOf(pages: AsyncIterable<readonly Recorded[]>): Promise<Recorded[]> {
  const events: Recorded[] = [];
  for await (const page of pages) events.push(...page);
  return events;
}

/** What tells events apart. */
export function idsOf(events: readonly { readonly id: string }[]): string[] {
  return events.map(({ id }) => id);
}
