import type { EventLog, Recorded } from "@headwater/core";

/**
 * An event of the shop as anybody finds it in the log: plain JSON, read without the services' schemas and deciders.
 * These are the fields that the invariants speak of.
 */
export type PlainEvent = Recorded<{ readonly type: string; readonly data: PlainData }>;

type PlainData = {
  readonly orderId?: string;
  readonly sku?: string;
  readonly quantity?: number;
  readonly amount?: number;
  readonly total?: number;
  readonly lines?: readonly { readonly sku: string; readonly quantity: number }[];
  readonly paymentId?: string;
  readonly kind?: string;
  readonly step?: string;
  readonly compensates?: string;
};

/** The whole log. */
export async function readPlainEvents(log: EventLog): Promise<PlainEvent[]> {
  const events: PlainEvent[] = [];
  for await (const page of log.readAll()) events.push(...page as readonly PlainEvent[]);
  return events;
}
