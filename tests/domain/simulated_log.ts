import {
  type Aggregate,
  derivedId,
  type DomainCommand,
  type DomainEvent,
  type EventSchemas,
  fingerprint,
  type Recorded,
  Refusal,
} from "@headwater/core";

/** The rules of an aggregate, without its contract. */
type Rules<Command extends DomainCommand, Event extends DomainEvent, State> = Pick<
  Aggregate<Command, Event, State>,
  "decide" | "evolve" | "initialState"
>;

/** What stands behind the streams of one category. */
export type Kind<Command extends DomainCommand, Event extends DomainEvent, State> = {
  readonly decider: Rules<Command, Event, State>;
  readonly events: EventSchemas<Event>;
};

type Folded = { state: unknown; revision: number; readonly commands: Map<string, string> };

/** A log and the handling of commands on it, each in one indivisible moment: what `handleCommand` promises. */
export class SimulatedLog {
  readonly recorded: Recorded[] = [];
  readonly #folded = new Map<string, Folded>();

  state<Command extends DomainCommand, Event extends DomainEvent, State>(
    kind: Kind<Command, Event, State>,
    id: string,
  ): State {
    const folded = this.#folded.get(`${kind.events.category}-${id}`);
    return folded ? folded.state as State : kind.decider.initialState;
  }

  /** True when it led to events, now or when it came first. */
  handle<Command extends DomainCommand, Event extends DomainEvent, State>(
    kind: Kind<Command, Event, State>,
    request: { readonly id: string; readonly commandId: string; readonly command: Command },
  ): boolean {
    const stream = `${kind.events.category}-${request.id}`;
    const { commandId, command } = request;
    const folded = this.#folded.get(stream) ??
      { state: kind.decider.initialState, revision: -1, commands: new Map() };
    const hash = fingerprint(command);
    const original = folded.commands.get(commandId);
    if (original !== undefined) {
      if (original === hash) return true;
      throw new Refusal("idempotency-key-reused", `Cannot handle "${command.type}" on "${stream}"`);
    }
    const events = kind.decider.decide(command, folded.state as State);
    for (const [index, event] of events.entries()) {
      const { type, data, schemaVersion } = kind.events.encode(event);
      folded.revision += 1;
      this.recorded.push({
        id: derivedId(commandId, hash, events.length, index),
        type,
        data,
        stream,
        revision: folded.revision,
        position: this.recorded.length + 1,
        recordedAt: "2026-01-01T00:00:00.000Z",
        metadata: {
          $correlationId: "simulated",
          $causationId: commandId,
          commandId,
          commandHash: hash,
          schemaVersion,
        },
      });
      folded.state = kind.decider.evolve(folded.state as State, event);
    }
    if (events.length === 0) return false;
    folded.commands.set(commandId, hash);
    this.#folded.set(stream, folded);
    return true;
  }
}
