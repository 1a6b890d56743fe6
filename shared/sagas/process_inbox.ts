import {
  type Aggregate,
  type DomainEvent,
  type EventLog,
  type eventLog,
  machine,
  type Recorded,
  type Repository,
  repository,
} from "@headwater/core";
import { hearingId } from "./heard_position.ts";
import { InputRefused, refusing } from "./input_refused.ts";
import { type Notice, noticeId } from "./notice.ts";
import type { ParkedInputs } from "./parked_inputs.ts";
import type { Process } from "./process.ts";
import type { ParkedInput } from "./process_letters.ts";
import { type Standing, standingOf } from "./standing.ts";

// deno-lint-ignore no-explicit-any -- the runtime does not know the state of the process it runs
type AnyState = any;

/**
 * Instances that begin to be driven at the same time: enough to share reads, few enough to leave turns to whoever else is
 * here. After a restart all that are unfinished begin at once.
 */
export const mostAtOnce = 16;
/** Instances that hear at the same time: as many as share a commit of the log, since each of them waits for one. */
const mostHearing = 64;

const behind = "An earlier input is parked";

type Addressed = { readonly recorded: Recorded; readonly input: Recorded };

/** An input, or a notice, for one instance. */
type Heard = DomainEvent & {
  /** As the log has it. */
  readonly input?: Recorded;
  readonly instance: string;
  readonly at: string;
  readonly notice?: Notice;
};

/**
 * A process as an aggregate: what it hears is its command, and its own events are appended to its own stream.
 * An input heard twice has one effect, because the command's id is derived from the input's.
 */
export class ProcessInbox {
  readonly #process: Process;
  readonly #instances: Repository<Heard, AnyState>;
  readonly #tracer: machine.Tracer;

  constructor(
    process: Process,
    { log, random, cacheBudget, tracer = machine.silentTracer }: {
      readonly log: EventLog;
      readonly random: () => number;
      readonly cacheBudget?: machine.CacheBudget;
      readonly tracer?: machine.Tracer | undefined;
    },
  ) {
    this.#process = refusing(process);
    this.#tracer = tracer;
    this.#instances = repository(asAggregate(this.#process), { log, random, cacheBudget });
  }

  /** The categories it listens to. */
  get categories(): string[] {
    return [...new Set(this.#process.inputs.map(({ category }) => category))];
  }

  /**
   * Appends what follows from these, and gives the instances that they concern, and what is to be parked: inputs that an
   * instance cannot take, and all that comes after them. What is given is held already.
   */
  async hear(
    events: readonly Recorded[],
    parked: ParkedInputs,
  ): Promise<{ readonly instances: Iterable<string>; readonly letters: readonly ParkedInput[] }> {
    const byInstance = new Map<string, Addressed[]>();
    const letters: ParkedInput[] = [];
    function park(letter: ParkedInput): void {
      letters.push(letter);
      parked.hold(letter);
    }
    for (const recorded of events) {
      const { id, input, refusal } = this.#address(recorded);
      if (refusal !== undefined) {
        park({ recorded, instance: id, cause: refusal, isBehind: false });
      } else if (parked.isBehind(recorded, id)) {
        if (input) park({ recorded, instance: id, cause: behind, isBehind: true });
      } else if (id !== undefined && input) {
        const inputs = byInstance.get(id) ?? [];
        inputs.push({ recorded, input });
        byInstance.set(id, inputs);
      }
    }
    // Instances do not depend on each other; the inputs of one are heard in their order.
    const hearing = new machine.Places(mostHearing);
    await Promise.all(
      byInstance.entries().map(([id, inputs]) =>
        hearing.take(async () => {
          for (const { recorded, input } of inputs) {
            const refusal = parked.isWaiting(id) ? undefined : await this.#tryOne(id, input);
            const isBehind = parked.isWaiting(id);
            if (!isBehind && refusal === undefined) continue;
            park({ recorded, instance: id, cause: refusal ?? behind, isBehind });
          }
        })
      ),
    );
    return { instances: byInstance.keys(), letters };
  }

  /** The input and its instance, or why it cannot be read; neither when the event does not concern the process. */
  #address(
    recorded: Recorded,
  ): {
    readonly id?: string | undefined;
    readonly input?: Recorded | undefined;
    readonly refusal?: string;
  } {
    const schemas = this.#process.inputs
      .find(({ category }) => recorded.stream.startsWith(`${category}-`));
    try {
      const input: Recorded | undefined = schemas?.decode(recorded);
      const id = input && this.#process.key(input);
      return id === undefined ? {} : { id, input };
    } catch (error) {
      if (!(error instanceof InputRefused)) throw error;
      return { id: this.#keyAsStored(recorded), refusal: error.message };
    }
  }

  /** Undefined: it cannot be told of what is stored. */
  #keyAsStored(recorded: Recorded): string | undefined {
    try {
      const key: unknown = this.#process.key(recorded);
      return typeof key === "string" ? key : undefined;
    } catch {
      return undefined;
    }
  }

  /** Why the instance cannot take it; undefined: it has. */
  async #tryOne(id: string, input: Recorded): Promise<string | undefined> {
    try {
      await this.#hearOne(id, input);
      return undefined;
    } catch (error) {
      if (error instanceof InputRefused) return error.message;
      throw error;
    }
  }

  async #hearOne(id: string, input: Recorded): Promise<void> {
    const { type, data, metadata, recordedAt: at } = input;
    await this.#traced(
      { id, input: type, messageId: input.id, metadata },
      (traceparent) =>
        this.#instances.handle({ type, data, instance: id, at, input }, {
          commandId: hearingId(this.#process.name, input.id),
          correlationId: metadata.$correlationId,
          causationId: input.id,
          actor: this.#process.name,
          ...(traceparent !== undefined && { traceparent }),
        }, {
          content: { type, data },
          // Whoever else runs this process has decided the same on the same inputs, in the same order; notices have none
          isOnlyDecider: this.#process.notice === undefined,
        }),
    );
  }

  /**
   * Tells an instance what is no event of the log; told again, it has one effect.
   * Errors: `Refusal` of an act that the instance's state does not allow; `InputRefused`; those of the log.
   */
  async notice(id: string, notice: Notice): Promise<void> {
    const { last } = await this.recall(id);
    const commandId = noticeId(notice, { process: this.#process.name, id });
    const { type, at } = notice;
    // What it is told follows from what it did last, however long ago that was
    const metadata = last?.metadata ?? { $correlationId: id };
    await this.#traced(
      { id, input: type, messageId: commandId, metadata },
      (traceparent) =>
        this.#instances.handle(
          { type, data: undefined, instance: id, at, notice },
          {
            commandId,
            correlationId: metadata.$correlationId,
            actor: "actor" in notice ? notice.actor : this.#process.name,
            ...(traceparent !== undefined && { traceparent }),
          },
          // Told again it may have another time and other words
          { content: commandId },
        ),
    );
  }

  /** One thing is heard, which leads to one or several: they are of its trace. */
  async #traced(
    { id, input, messageId, metadata }: {
      readonly id: string;
      readonly input: string;
      readonly messageId: string;
      readonly metadata: Pick<eventLog.EventMetadata, "$correlationId" | "traceparent">;
    },
    act: (traceparent: string | undefined) => Promise<unknown>,
  ): Promise<void> {
    const { name } = this.#process;
    await this.#tracer.span({
      name: `process ${name}`,
      kind: "consumer",
      parent: metadata.traceparent ?? null,
      attributes: {
        "messaging.system": "headwater",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": name,
        "messaging.message.id": messageId,
        "messaging.message.conversation_id": metadata.$correlationId,
        "headwater.message.type": input,
        "headwater.process.instance": id,
      },
    }, ({ traceparent }) => act(traceparent ?? metadata.traceparent));
  }

  /**
   * Which of these have begun, and where they stand after all that was heard here. `told`: each, before more can happen
   * to it.
   */
  async standing(
    ids: Iterable<string>,
    told: (id: string, standing: Standing) => void = () => {},
  ): Promise<ReadonlyMap<string, Standing>> {
    const standing = new Map<string, Standing>();
    for (const id of ids) {
      const one = await this.#standingOf(id);
      if (!one) continue;
      standing.set(id, one);
      told(id, one);
    }
    return standing;
  }

  /** Undefined: it has not begun. */
  async #standingOf(id: string): Promise<Standing | undefined> {
    try {
      const recalled = await this.recall(id);
      return recalled.revision >= 0 ? standingOf(this.#process, recalled) : undefined;
    } catch (error) {
      // It waits
      if (!(error instanceof InputRefused)) throw error;
      return { finished: false };
    }
  }

  /** The instance as the log has it now. */
  load(id: string): ReturnType<Repository<Heard, AnyState>["load"]> {
    return this.#instances.load(id);
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
    decide: ({ notice, input, at }, state) =>
      notice ? process.notice?.(notice, state) ?? [] : process.react(input, state, { at }),
    evolve: (state, event) => process.evolve(state, event),
  };
}
