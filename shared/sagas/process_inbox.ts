import {
  AggregateStore,
  derivedId,
  type DomainEvent,
  type EventLog,
  handleCommand,
  type Loaded,
  type Recorded,
} from "@headwater/core";
import type { Process } from "./process.ts";

// deno-lint-ignore no-explicit-any -- the runtime does not know the state of the process it runs
type AnyState = any;

/**
 * A process as an aggregate: what it hears is its command, and its own events are appended to its own stream.
 * An input heard twice has one effect, because the command's id is derived from the input's.
 */
export class ProcessInbox {
  readonly #process: Process;
  readonly #store: AggregateStore<DomainEvent, DomainEvent, AnyState>;
  readonly #random: () => number;

  constructor(
    process: Process,
    { log, random }: { readonly log: EventLog; readonly random: () => number },
  ) {
    this.#process = process;
    this.#random = random;
    this.#store = new AggregateStore<DomainEvent, DomainEvent, AnyState>({
      log,
      events: process.events,
      decider: {
        initialState: process.initialState,
        decide: (input, state) => process.react(input, state),
        evolve: (state, event) => process.evolve(state, event),
      },
    });
  }

  /** The categories it listens to. */
  get categories(): string[] {
    return [...new Set(this.#process.inputs.map(({ category }) => category))];
  }

  /** The input and its instance; undefined when the event does not concern the process. */
  address(recorded: Recorded): { id: string; input: Recorded } | undefined {
    for (const schemas of this.#process.inputs) {
      if (!recorded.stream.startsWith(`${schemas.category}-`)) continue;
      const input = schemas.decode(recorded);
      const id = input && this.#process.key(input);
      return id === undefined ? undefined : { id, input: input as Recorded };
    }
    return undefined;
  }

  async hear(id: string, input: Recorded): Promise<void> {
    await handleCommand(this.#store, {
      id,
      command: { type: input.type, data: input.data },
      context: {
        commandId: derivedId(this.#process.name, input.id),
        correlationId: input.metadata.$correlationId,
        causationId: input.id,
      },
      random: this.#random,
    });
  }

  load(id: string): Promise<Loaded<AnyState>> {
    return this.#store.load(id);
  }
}
