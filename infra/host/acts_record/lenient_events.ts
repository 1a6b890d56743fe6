import type { DomainEvent, EventSchemas, Recorded } from "@headwater/core";

/**
 * The same events, for a stream that everything needs and nobody can mend: what cannot be read, since it is broken or of a
 * newer release's version, is passed over, as a type is that nobody knows.
 */
export function lenientEvents<Event extends DomainEvent>(
  events: EventSchemas<Event>,
): EventSchemas<Event> {
  return {
    ...events,
    decode(recorded) {
      try {
        return events.decode(recorded);
      } catch {
        return undefined;
      }
    },
  };
}

/** Of what is not decoded: it ought to be readable, and is passed over. Whoever shows what is there says so. */
export function isPassedOver(events: EventSchemas, { type }: Pick<Recorded, "type">): boolean {
  return events.types.includes(type);
}
