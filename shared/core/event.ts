/** A fact, past tense. What a decider yields and what `evolve` folds. */
export type DomainEvent<Type extends string = string, Data = unknown> = {
  readonly type: Type;
  readonly data: Data;
};

/** A wish, imperative. */
export type DomainCommand<Type extends string = string, Data = unknown> = {
  readonly type: Type;
  readonly data: Data;
};

/** Stored beside every event; the `$` names are the event store's own standard ones. */
export type EventMetadata = {
  /** One id for everything that follows from one request of a client. */
  readonly $correlationId: string;
  /** Id of the event or command this event follows from. */
  readonly $causationId: string;
  readonly commandId: string;
  /** Fingerprint of the command's content: the same id with another one is refused. */
  readonly commandHash: string;
  readonly schemaVersion: number;
  readonly actor?: string;
  readonly traceparent?: string;
};

/** An event as the log gives it back. */
export type Recorded<Event extends DomainEvent = DomainEvent> = Event & {
  /** UUID. */
  readonly id: string;
  /** `<category>-<id>`. */
  readonly stream: string;
  /** Place in the stream: 0, 1, 2 … without a gap. */
  readonly revision: number;
  /** Place in the whole log: grows in commit order, not necessarily by one. A safe integer. */
  readonly position: number;
  /** When the log took it: ISO 8601, UTC. */
  readonly recordedAt: string;
  readonly metadata: EventMetadata;
};

/** The category of `order-7f…` is `order`. */
export function categoryOf(stream: string): string {
  const dash = stream.indexOf("-");
  return dash === -1 ? stream : stream.slice(0, dash);
}

/** The id of `order-7f…` is `7f…`. */
export function idOf(stream: string): string {
  return stream.slice(stream.indexOf("-") + 1);
}
