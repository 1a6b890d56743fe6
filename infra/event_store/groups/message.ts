import type { ResolvedEvent } from "../projected/event_store.ts";

/** An event on its way to a consumer. */
export type Message = {
  /** UUID of the link, if a link led to the event: what clients acknowledge. */
  readonly id: string;
  readonly resolved: ResolvedEvent;
  /** Revision or position in the source; undefined: it was parked, and is replayed. */
  readonly place: number | undefined;
};

/** A message within a delivery. */
export type Entry = {
  readonly message: Message;
  /** In the order in which messages came. */
  readonly sequence: number;
  /** How often it was delivered again. */
  retries: number;
  consumer: Consumer | undefined;
  sentAt: number;
};

/** A connection to a group, as its delivery sees it. */
export type Consumer = {
  /** Grows from one to the next. */
  readonly number: number;
  /** At most so many messages are with it unacknowledged. */
  readonly bufferSize: number;
  readonly inFlight: Set<Entry>;
  /** Its client takes no more for now. */
  isBlocked: boolean;
};

/** True when another message may be sent to it. */
export function hasRoom({ isBlocked, inFlight, bufferSize }: Consumer): boolean {
  return !isBlocked && inFlight.size < bufferSize;
}
