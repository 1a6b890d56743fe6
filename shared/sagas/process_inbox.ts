import {
  type Aggregate,
  type DomainEvent,
  type EventLog,
  machine,
  type Recorded,
  type Repository,
  repository,
} from "@headwater/core";
import { hearingId } from "./heard_position.ts";
import type { Process } from "./process.ts";

// deno-lint-ignore no-explicit-any -- the runtime does not know the state of the process it runs
type AnyState = any;

/**
 * Instances that hear at the same time, and that begin to be driven: enough to share commits and reads, few enough to leave
 * turns to whoever else is here. After a restart all that are unfinished begin at once.
 */
export const mostAtOnce = 16;

/** An input, for one instance. */
type Heard = DomainEvent & { readonly instance: string };

/**
 * A process as an aggregate: what it hears is its command, and its own events are appended to its own stream.
 * An input heard twice has one effect, because the command's id is derived from the input's.
 */
export class ProcessInbox {
  readonly #process: Process;
  readonly #instances: Repository<Heard, AnyState>;

  constructor(
    process: Process,
    { log, random, cacheBudget }: {
      readonly log: EventLog;
      readonly random: () => number;
      readonly cacheBudget?: machine.CacheBudget;
    },
  ) {
    this.#process = process;
    this.#instances = repository(asAggregate(process), { log, random, cacheBudget });
  }

  /** The categories it listens to. */
  get categories(): string[] {
    return [...new Set(this.#process.inputs.map(({ category }) => category))];
  }

  /** Appends what follows from these, and gives the instances that they concern. */
  async hear(events: readonly Recorded[]): Promise<Iterable<string>> {
    const byInstance = new Map<string, (() => Promise<void>)[]>();
    for (const recorded of events) {
      const addressed = this.#address(recorded);
      if (!addressed) continue;
      const { id, input } = addressed;
      const turns = byInstance.get(id) ?? [];
      turns.push(() => this.#hearOne(id, input));
      byInstance.set(id, turns);
    }
    // Instances do not depend on each other; the inputs of one are heard in their order.
    const hearing = new machine.Places(mostAtOnce);
    await Promise.all(
      byInstance.values().map((turns) =>
        hearing.take(async () => {
          for (const turn of turns) await turn();
        })
      ),
    );
    return byInstance.keys();
  }

  /** The input and its instance; undefined when the event does not concern the process. */
  #address(recorded: Recorded): { id: string; input: Recorded } | undefined {
    for (const schemas of this.#process.inputs) {
      if (!recorded.stream.startsWith(`${schemas.category}-`)) continue;
      const input = schemas.decode(recorded);
      const id = input && this.#process.key(input);
      return id === undefined ? undefined : { id, input: input as Recorded };
    }
    return undefined;
  }

  async #hearOne(id: string, input: Recorded): Promise<void> {
    const { type, data, metadata } = input;
    await this.#instances.handle({ type, data, instance: id }, {
      commandId: hearingId(this.#process.name, input.id),
      correlationId: metadata.$correlationId,
      causationId: input.id,
    }, {
      content: { type, data },
      // Whoever else runs this process has decided the same on the same inputs, in the same order
      isOnlyDecider: true,
    });
  }

  /** Which of these have begun, and whether they have finished, after all that was heard here. */
  async standing(
    ids: Iterable<string>,
  ): Promise<ReadonlyMap<string, { readonly finished: boolean }>> {
    const standing = new Map<string, { readonly finished: boolean }>();
    for (const id of ids) {
      const { state, revision } = await this.recall(id);
      if (revision >= 0) standing.set(id, { finished: this.#process.finished(state) });
    }
    return standing;
  }

  /** The instance after all that was heard here. */
  recall(id: string): ReturnType<Repository<Heard, AnyState>["recall"]> {
    return this.#instances.recall(id);
  }
}

function asAggregate(process: Process): Aggregate<Heard, DomainEvent, AnyState> {
  return {
    name: process.name,
    events: process.events,
    commands: {},
    id: ({ instance }) => instance,
    initialState: process.initialState,
    decide: (input, state) => process.react(input, state),
    evolve: (state, event) => process.evolve(state, event),
  };
}
