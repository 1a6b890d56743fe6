import { bytesHeldBy, type Cache, type CacheBudget, cacheBudget } from "./cache.ts";
import { CommandTraces } from "./command_traces.ts";
import type { Appended, EventLog, NewEvent } from "./event_log.ts";
import type { Decider } from "./decider.ts";
import type { DomainCommand, DomainEvent, Recorded } from "./event.ts";
import type { EventSchemas } from "./event_schemas.ts";
import { pause } from "./time.ts";
import { Turns } from "./turns.ts";

/** An aggregate folded up to `revision`. */
export type Loaded<State> = {
  readonly stream: string;
  readonly state: State;
  /** Of the last event; -1: the stream does not exist. */
  readonly revision: number;
  readonly position: number | undefined;
  /** The last event. */
  readonly last: LastEvent | undefined;
  readonly commands: CommandTraces;
  /** What it takes in the heap, estimated by the events that led to it. */
  readonly bytes: number;
};

/** An event without what only the log knows of it. */
type LastEvent = Pick<Recorded, "id" | "type" | "metadata">;

/** Measured: what a stream of small events takes beside the data of its events, and each of its commands. */
const bytesOfStream = 800;
const bytesOfTrace = 250;

export type AggregateStoreOptions<
  Command extends DomainCommand,
  Event extends DomainEvent,
  State,
> = {
  readonly log: Pick<EventLog, "append" | "read">;
  readonly decider: Decider<Command, Event, State>;
  readonly events: EventSchemas<Event>;
  /** What the folded streams that are kept in memory are paid from; default: one of its own. */
  readonly cacheBudget?: CacheBudget;
};

/**
 * Loads aggregates of one category. Folded states are kept, but only as a baseline: what others appended is found when
 * the tail of the stream is read, or when an append that was decided on the baseline meets with a conflict.
 *
 * Commands of this process on one stream take turns, so that a busy aggregate does not lose races against itself.
 */
export class AggregateStore<Command extends DomainCommand, Event extends DomainEvent, State> {
  readonly log: Pick<EventLog, "append" | "read">;
  readonly decider: Decider<Command, Event, State>;
  readonly events: EventSchemas<Event>;
  readonly #baselines: Cache<Loaded<State>>;
  readonly #turns = new Turns();

  constructor(options: AggregateStoreOptions<Command, Event, State>) {
    this.log = options.log;
    this.decider = options.decider;
    this.events = options.events;
    this.#baselines = (options.cacheBudget ?? cacheBudget()).open(({ bytes }) => bytes);
  }

  streamOf(id: string): string {
    return `${this.events.category}-${id}`;
  }

  /** The aggregate as the log has it now. */
  load(id: string): Promise<Loaded<State>> {
    const stream = this.streamOf(id);
    return this.exclusive(stream, () => this.refresh(stream));
  }

  /** Runs `task` when everything given before for this stream is done. */
  exclusive<Result>(stream: string, task: () => Promise<Result>): Promise<Result> {
    return this.#turns.take(stream, task);
  }

  /** The aggregate as it was last known here, without asking the log; where nothing is known, as if nothing had happened. */
  recall(stream: string): Loaded<State> {
    return this.#baselines.get(stream) ?? {
      stream,
      state: this.decider.initialState,
      revision: -1,
      position: undefined,
      last: undefined,
      commands: new CommandTraces(),
      bytes: bytesOfStream,
    };
  }

  /** The aggregate as the log has it now. To be called within `exclusive`. */
  async refresh(stream: string): Promise<Loaded<State>> {
    const turn = new FoldingTurn();
    const before = this.recall(stream);
    let loaded = before;
    for await (const page of this.log.read(stream, { from: before.revision + 1 })) {
      loaded = await this.#fold(loaded, page, turn);
    }
    if (loaded !== before) this.#baselines.set(stream, loaded);
    return loaded;
  }

  /**
   * Goes on from `loaded` with what was just appended to it: the log need not be asked for that. Their data are as the log
   * will give them back.
   */
  add(loaded: Loaded<State>, events: readonly NewEvent[], { revision, position }: Appended): void {
    let { state, bytes } = loaded;
    for (const { type, data, metadata: { commandId, commandHash: hash } } of events) {
      state = this.decider.evolve(state, { type, data } as Event);
      loaded.commands.set(commandId, { hash, revision, position });
      bytes += bytesOfTrace + bytesHeldBy(data);
    }
    const last = events.at(-1) ?? loaded.last;
    this.#baselines.set(loaded.stream, { ...loaded, state, bytes, revision, position, last });
  }

  /** Forgets what was folded: the next load starts from the log's first event. */
  forget(stream: string): void {
    this.#baselines.delete(stream);
  }

  async #fold(
    loaded: Loaded<State>,
    page: readonly Recorded[],
    turn: FoldingTurn,
  ): Promise<Loaded<State>> {
    let { state, revision, position, bytes } = loaded;
    for (const recorded of page) {
      if (turn.isOver()) await turn.renew();
      const event = this.events.decode(recorded);
      if (event) state = this.decider.evolve(state, event);
      ({ revision, position } = recorded);
      const { commandId, commandHash: hash } = recorded.metadata;
      loaded.commands.set(commandId, { hash, revision, position });
      bytes += bytesOfTrace + bytesHeldBy(recorded.data);
    }
    return { ...loaded, state, revision, position, bytes, last: page.at(-1) ?? loaded.last };
  }
}

/** Milliseconds that a fold goes on before timers and sockets get a turn: logs that never wait do not give them one. */
const longestTurnMs = 8;
/** So many events between two looks at the clock: most folds are of fewer, and never look. */
const eventsPerLook = 16;

class FoldingTurn {
  #events = 0;
  #began: number | undefined;

  /** To be asked before each event. */
  isOver(): boolean {
    if (++this.#events % eventsPerLook !== 0) return false;
    this.#began ??= performance.now();
    return performance.now() - this.#began > longestTurnMs;
  }

  async renew(): Promise<void> {
    await pause(0);
    this.#began = performance.now();
  }
}
