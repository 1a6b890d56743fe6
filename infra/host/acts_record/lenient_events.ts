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

/** It ought to be readable, and was passed over: whoever shows what is there says so. */
export function isPassedOver(events: EventSchemas, recorded: Recorded): boolean {
  return events.types.includes(recorded.type) && events.decode(recorded) === undefined;
}
